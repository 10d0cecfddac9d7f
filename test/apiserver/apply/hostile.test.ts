import { afterAll, afterEach, describe, expect, it } from "vitest";
import { servedKindsFromCrd } from "../../../controller/apiserver/extension/crd-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { runCrd } from "../../support/apply-case.ts";
import { sporeKinds } from "../../support/spore-kinds.ts";

const url = "/apis/apply.example.org/v1/namespaces/default/runs/subject";
const server = await testServer({ kinds: [...sporeKinds, ...servedKindsFromCrd(runCrd(), () => undefined)] });
const ask = new Asker(inProcessTransport(server, admin));
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => ask.delete(url));

function send(manager: string, body: string | object) {
  return ask.send("PATCH", `${url}?fieldManager=${manager}`, {
    body,
    headers: { "content-type": "application/apply-patch+yaml" },
  });
}

function run(spec: unknown) {
  return { apiVersion: "apply.example.org/v1", kind: "Run", metadata: { name: "subject" }, spec };
}

/** @returns the seconds of CPU that `work` took. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

describe("hostile configurations", () => {
  it.each([
    ["objects without end", `{"spec":${'{"a":'.repeat(1000)}1${"}".repeat(1000)}}`, 400],
    ["lists without end", "[".repeat(50_000), 400],
    ["a prototype", run(JSON.parse('{"any":{"__proto__":{"polluted":true}}}')), 400],
    ["a constructor", run({ any: { constructor: { prototype: { polluted: true } } } }), 201],
    ["names of steps", run({ any: { ".": 1, "f:x": 2, 'k:{"a":1}': 3, "i:0": 4, "v:1": 5, "": 6 } }), 201],
    ["keys that are objects", run({ steps: [{ name: { a: "b" } }] }), 400],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), 400],
  ])("are answered: %s", async (_what, body, status) => {
    expect((await send("a", body)).status).toBe(status);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("come back as they went, whatever names they use", async () => {
    const any = { ".": { ".": 1 }, "f:x": { "": {} }, 'k:{"a":1}': "x", constructor: null, toString: [1] };
    const first = await send("a", run({ any }));
    expect(first.json.spec.any).toEqual(any);
    const again = await send("a", run({ any }));
    expect(again.json.metadata).toEqual(first.json.metadata);
    expect((await send("a", run({ image: "x" }))).json.spec).toEqual({ image: "x", mode: "slow" });
  });

  it("cost what they are long, and no more", async () => {
    const steps = Array.from({ length: 3000 }, (_, at) => ({ name: `s${at}`, run: `r${at}` }));
    const once = await cpuOf(async () => expect((await send("a", run({ steps }))).status).toBe(201));
    const turned = await cpuOf(async () => {
      const answer = await send("a", run({ steps: [...steps].reverse() }));
      expect([answer.status, answer.json.spec.steps[0].name]).toEqual([200, "s2999"]);
    });
    expect(turned).toBeLessThan(10 * once + 2);
    const changed = steps.map(({ name }) => ({ name, run: "other" }));
    const refused = await send("b", run({ steps: changed }));
    expect([refused.status, refused.json.details.causes.length]).toEqual([409, 1000]);
    expect(refused.json.message).toContain("Apply failed with 3000 conflicts");
    expect((await send("a", run({ image: "x" }))).json.spec.steps).toBeUndefined();
  });

  it("that outgrow an object are too large", async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 25_000 }, (_, at) => [`label-number-${at}`, "x".repeat(90)]),
    );
    expect((await send("a", run({ labels }))).status).toBe(413);
  });

  it("cannot smuggle in what other clients choke on", async () => {
    await send("a", run({ image: "x" }));
    const entry = { manager: "b", operation: "Update", apiVersion: "apply.example.org/v1", fieldsType: "FieldsV1" };
    const fieldsV1 = { "f:spec": { "f:image": {} } };
    for (const strange of [{ time: "noon" }, { time: 5 }, { manager: 5 }, { subresource: [] }, { operation: {} }]) {
      const { json } = await ask.merge(url, { metadata: { managedFields: [{ ...entry, fieldsV1, ...strange }] } });
      expect(json.metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toEqual(["a"]);
    }
    const further = { ...entry, further: [1], fieldsV1: { "x:y": [1], "f:spec": { "f:image": {}, ".": {} } } };
    const { json } = await ask.merge(url, { metadata: { managedFields: [further] } });
    expect(json.metadata.managedFields).toEqual([{ ...entry, fieldsV1: { "f:spec": { ".": {}, "f:image": {} } } }]);
  });

  it("cannot smuggle owners in", async () => {
    await send("a", run({ image: "x" }));
    const deep = JSON.parse(`${'{"f:a":'.repeat(200)}{}${"}".repeat(200)}`);
    const entry = { manager: "b", operation: "Update", apiVersion: "apply.example.org/v1", fieldsType: "FieldsV1" };
    for (const fieldsV1 of [deep, { "k:{": {} }, { "k:[]": {} }, { "v:": {} }, { "i:x": {} }, "text", [1]]) {
      const managedFields = [{ ...entry, fieldsV1 }];
      const { status, json } = await ask.merge(url, { metadata: { managedFields } });
      expect([status, json.metadata.managedFields.map(({ manager }: { manager: string }) => manager)]).toEqual([
        200,
        ["a"],
      ]);
    }
  });
});
