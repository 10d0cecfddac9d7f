import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { protobufType, readProtobuf } from "../../controller/apiserver/protobuf-request.ts";
import { isSporeError } from "../../controller/base/errors.ts";
import { Asker, admin, testServer, urls } from "../support/api-server.ts";

type Content = string | Uint8Array | number | readonly Uint8Array[];

/** One field: a text, bytes, a number, or a message made of fields. */
function field(number: number, content: Content): Uint8Array {
  if (typeof content === "number") return Buffer.from([...varint(number * 8), ...varint(content)]);
  const bytes = Array.isArray(content) ? Buffer.concat(content) : Buffer.from(content as string | Uint8Array);
  return Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

function body(apiVersion: string, kind: string, fields: readonly Uint8Array[]): Uint8Array {
  const typeMeta = field(1, [field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from("k8s\0"), typeMeta, field(2, fields), field(3, ""), field(4, "")]);
}

const entry = (key: string, value: string | Uint8Array) => [field(1, key), field(2, value)];

/** As kubectl 1.32 sends `create secret generic wifi --from-literal=password=pa55`: with an empty time and zeros that nobody set. */
const secret = body("v1", "Secret", [
  field(1, [field(1, "wifi"), field(2, ""), field(3, ""), field(7, 0), field(8, []), field(11, entry("room", "lab"))]),
  field(2, entry("password", "pa55")),
  field(3, "Opaque"),
]);

describe("readProtobuf", () => {
  it("reads an object without the zeros in it", () => {
    expect(readProtobuf(secret)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "wifi", labels: { room: "lab" } },
      data: { password: Buffer.from("pa55").toString("base64") },
      type: "Opaque",
    });
  });

  it("reads lists, maps, numbers, flags and times", () => {
    const owner = [field(1, "Node"), field(3, "a"), field(4, "u"), field(5, "spore.dev/v1alpha1"), field(6, 1)];
    const config = body("v1", "ConfigMap", [
      field(1, [
        field(1, "c"),
        field(8, [field(1, 1_700_000_000)]),
        field(13, owner),
        field(14, "x/a"),
        field(14, "x/b"),
      ]),
      field(2, entry("a", "1")),
      field(2, entry("b", "")),
      field(4, 1),
      field(99, "from a newer version"),
    ]);
    expect(readProtobuf(config)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "c",
        creationTimestamp: "2023-11-14T22:13:20Z",
        ownerReferences: [{ kind: "Node", name: "a", uid: "u", apiVersion: "spore.dev/v1alpha1", controller: true }],
        finalizers: ["x/a", "x/b"],
      },
      data: { a: "1", b: "" },
      immutable: true,
    });
    const spec = [field(1, "me"), field(2, 15), field(4, [field(1, 1_700_000_000), field(2, 123_456_789)])];
    expect(readProtobuf(body("coordination.k8s.io/v1", "Lease", [field(2, spec)]))).toMatchObject({
      spec: { holderIdentity: "me", leaseDurationSeconds: 15, renewTime: "2023-11-14T22:13:20.123456Z" },
    });
  });

  it("reads very many entries in time that grows with them", () => {
    const entries = Buffer.concat(Array.from({ length: 300_000 }, () => field(2, entry("k", "v"))));
    const before = process.cpuUsage();
    expect(readProtobuf(body("v1", "ConfigMap", [entries]))).toMatchObject({ data: { k: "v" } });
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5); // seconds
  });

  it("takes only the kinds that it knows", () => {
    const pod = body("v1", "Pod", []);
    expect(() => readProtobuf(pod)).toThrow(expect.objectContaining({ code: "SPORE_UNSUPPORTED_MEDIA_TYPE" }));
  });

  it("answers any bytes with an object or a SporeError", () => {
    const flips = fc.array(fc.tuple(fc.nat(secret.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(flips, fc.nat(secret.length), (changes, length) => {
        const bytes = Buffer.from(secret);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readProtobuf(bytes.subarray(0, length));
        } catch (error) {
          expect(isSporeError(error)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the API server", () => {
  it("takes objects and DeleteOptions in protobuf, and answers in JSON", async () => {
    await using server = await testServer();
    const ask = new Asker(inProcessTransport(server, admin));
    const headers = { "content-type": protobufType, accept: `${protobufType},application/json` };
    const created = await ask.send("POST", urls.secrets, { body: secret, headers });
    expect([created.status, created.json.metadata.name]).toEqual([201, "wifi"]);
    const other = body("v1", "DeleteOptions", [field(2, [field(1, "another uid")])]);
    expect((await ask.send("DELETE", `${urls.secrets}/wifi`, { body: other, headers })).status).toBe(409);
    const options = body("v1", "DeleteOptions", [field(4, "Background")]);
    expect((await ask.send("DELETE", `${urls.secrets}/wifi`, { body: options, headers })).json.status).toBe("Success");
    expect((await ask.send("POST", urls.nodes, { body: secret, headers })).status).toBe(415);
    expect((await ask.send("POST", urls.configMaps, { body: secret, headers })).status).toBe(400);
  });
});
