import { describe, expect, it } from "vitest";
import { type Asker, nodeManifest, urls } from "../../support/api-server.ts";

const node = nodeManifest("a");
const text = (spec: string) =>
  `{"apiVersion":"spore.dev/v1alpha1","kind":"Node","metadata":{"name":"a"},"spec":${spec}}`;
const brackets = (count: number) => "[".repeat(count) + "]".repeat(count);

/** Bodies that no well-meaning client sends, and what each is answered with. */
const bodies: readonly (readonly [string, string | Uint8Array, number])[] = [
  ["50 MB", new Uint8Array(50 * 1024 * 1024).fill(0x20), 413],
  ["a million brackets", brackets(1_000_000), 400],
  ["a thousand brackets in a field", text(brackets(1000)), 400],
  ["__proto__", text('{"family":"spore","__proto__":{"paused":true}}'), 400],
  ["an escaped __proto__", text('{"family":"spore","\\u005f_proto__":{}}'), 400],
  ["a constructor", text('{"family":"spore","constructor":{"prototype":{"x":1}}}'), 201],
  ["a number beyond 2^53", text('{"family":"spore","assignment":{"group":9007199254740993}}'), 400],
  ["an infinite number", text('{"family":"spore","paused":1e999}'), 400],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
  ["half a surrogate", text('{"family":"spore","address":"\\ud800"}'), 422],
  ["a NUL in a name", JSON.stringify({ ...node, metadata: { name: "a\u0000b" } }), 422],
  ["a slash in a name", JSON.stringify({ ...node, metadata: { name: "a/b" } }), 422],
  ["dots for a name", JSON.stringify({ ...node, metadata: { name: ".." } }), 422],
  [
    "300 kB of annotations",
    JSON.stringify({ ...node, metadata: { name: "a", annotations: { x: "y".repeat(300_000) } } }),
    422,
  ],
  ["null for everything", '{"apiVersion":null,"kind":null,"metadata":null,"spec":null}', 400],
  ["YAML", "apiVersion: spore.dev/v1alpha1\nkind: Node\n", 400],
];

/** What clients may rely on: the server answers everything, and nothing brings it down. */
export function hostileContract(ask: Asker): void {
  describe("hostile input", () => {
    it.each(bodies)("answers %s with a Status", async (_title, body, status) => {
      const answer = await ask.post(urls.nodes, body);
      expect(answer.status).toBe(status);
      if (status !== 201) expect(answer.json).toMatchObject({ kind: "Status", code: status });
      expect(({} as Record<string, unknown>).paused).toBeUndefined();
      expect((await ask.get("/readyz")).text).toBe("ok");
    });

    it.each([
      ["/apis/spore.dev/v1alpha1/nodes/%ff", 400],
      ["/apis/spore.dev/v1alpha1/nodes/a%2Fb", 404],
      ["/apis/spore.dev/v1alpha1/nodes/..%2f..%2fsecrets", 404],
      ["/api/v1/namespaces/default%2Fsecrets/configmaps", 404],
      ["/apis/spore.dev/v1alpha1/nodes/a/status/deeper", 404],
      ["/apis/__proto__/constructor/toString", 404],
      ["/nothing/here", 404],
      ["/", 404],
      [`/${"x/".repeat(2000)}`, 404],
      [`${urls.nodes}?continue=${Buffer.from("{}").toString("base64url")}`, 400],
    ])("answers GET %s with %i", async (path, status) => {
      const answer = await ask.get(path);
      expect([answer.status, answer.json.kind]).toEqual([status, "Status"]);
    });

    it("looks for names longer than any can be, and finds none", async () => {
      const long = "x".repeat(5000);
      expect((await ask.get(`${urls.nodes}?fieldSelector=metadata.name%3D${long}`)).json.items).toEqual([]);
      const token = Buffer.from(JSON.stringify({ v: 1, rv: -1, after: long })).toString("base64url");
      expect((await ask.get(`${urls.nodes}?continue=${token}`)).json.items).toEqual([]);
      expect((await ask.get(`${urls.nodes}/${long}`)).status).toBe(404);
    });

    it("takes no format that it does not know", async () => {
      for (const type of ["application/vnd.kubernetes.protobuf", "text/plain", "application/cbor"]) {
        const answer = await ask.send("POST", urls.nodes, { body: node, headers: { "content-type": type } });
        expect([answer.status, answer.json.reason]).toEqual([415, "UnsupportedMediaType"]);
      }
      const untyped = await ask.send("PATCH", `${urls.nodes}/a`, { body: {} });
      expect(untyped.status).toBe(415);
    });

    it("does not let copies in a patch fill the memory", async () => {
      await ask.post(urls.configMaps, { metadata: { name: "a" }, data: { a: "x".repeat(1000) } });
      const doubling = Array.from({ length: 60 }, (_, index) => ({ op: "copy", from: "", path: `/data/k${index}` }));
      expect((await ask.jsonPatch(`${urls.configMaps}/a`, doubling)).status).toBe(422);
    });
  });
}
