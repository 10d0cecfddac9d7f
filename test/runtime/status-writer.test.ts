import { describe, expect, it } from "vitest";
import { Node, type NodeStatus } from "../../controller/api/node.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { StatusDraft } from "../../controller/runtime/status-draft.ts";
import { mergeStatus, writeStatus } from "../../controller/runtime/status-writer.ts";
import { FakeApi } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { nodeNamed, nodesPath } from "../support/nodes.ts";

const never = new AbortController().signal;
const ready = { type: "Ready", status: "True", reason: "Converged", message: "All is as wanted." } as const;
const reachable = { type: "Reachable", status: "True", reason: "Heard", message: "The node talks." } as const;

async function open(status?: NodeStatus) {
  const api = new FakeApi();
  const clock = new ManualClock(Date.UTC(2026, 10, 20));
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  api.put(`${nodesPath}/a`, nodeNamed("a", status ? { status } : {}));
  const get = async () => {
    const node = await client.get(Node, { name: "a" }, never);
    if (!node) throw new Error("the node is gone");
    return node;
  };
  const node = await get();
  const draft = () => new StatusDraft<NodeStatus>(node, clock);
  return { api, clock, client, node, draft, get };
}

describe("StatusDraft", () => {
  it("lays what was set over what the object says", async () => {
    const { draft } = await open({ phase: "Active", address: "127.0.0.2", port: 80 });
    const one = draft();
    one.set({ phase: "Dead", address: undefined });
    one.set({ port: 8080 });
    expect(one.status).toEqual({ phase: "Dead", port: 8080, address: undefined });
  });

  it("dates a condition by its last change of status", async () => {
    const { draft } = await open({ conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] });
    const one = draft();
    one.condition({ ...ready, reason: "StillConverged" });
    one.condition(reachable);
    const generation = 1;
    expect(one.status.conditions).toEqual([
      { ...reachable, observedGeneration: generation, lastTransitionTime: "2026-11-20T00:00:00Z" },
      {
        ...ready,
        reason: "StillConverged",
        observedGeneration: generation,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ]);
  });

  it("says which generation it answers when the reconciler says so", async () => {
    const { draft } = await open();
    const one = draft();
    expect(one.status).toEqual({});
    one.observed();
    expect(one.status).toEqual({ observedGeneration: 1 });
  });
});

describe("writeStatus", () => {
  it("sends nothing when nothing differs", async () => {
    const { api, client, draft } = await open({
      phase: "Active",
      conditions: [{ ...ready, observedGeneration: 1, lastTransitionTime: "2026-01-01T00:00:00Z" }],
    });
    const one = draft();
    one.set({ phase: "Active", bootId: undefined });
    one.condition(ready);
    one.removeCondition("Stalled");
    expect(await writeStatus(client, Node, one, never)).toBeUndefined();
    expect(api.writes).toEqual([]);
  });

  it("sends what differs, to the status subresource, for that one state of the object", async () => {
    const { api, client, draft, node } = await open({
      phase: "Active",
      address: "127.0.0.2",
      labels: { app: "x", old: "y" },
    });
    const bodies: unknown[] = [];
    api.intercept = ({ body, path }) => {
      if (body) bodies.push([path, JSON.parse(String(body))]);
      return undefined;
    };
    const one = draft();
    one.set({ address: undefined, labels: { app: "x", now: "z" } });
    const written = await writeStatus(client, Node, one, never);
    expect(written?.status).toEqual({ phase: "Active", labels: { app: "x", now: "z" } });
    const { resourceVersion, uid } = node.metadata;
    expect(bodies).toEqual([
      [
        `${nodesPath}/a/status`,
        { metadata: { resourceVersion, uid }, status: { address: null, labels: { old: null, now: "z" } } },
      ],
    ]);
  });

  it("writes nothing over a change that it did not know", async () => {
    const { api, client, draft, get } = await open();
    api.put(`${nodesPath}/a`, nodeNamed("a", { status: { phase: "Dead" } }));
    const one = draft();
    one.set({ phase: "Active" });
    await expect(writeStatus(client, Node, one, never)).rejects.toMatchObject({ code: "SPORE_CONFLICT" });
    expect((await get()).status).toEqual({ phase: "Dead" });
  });
});

describe("mergeStatus", () => {
  it("makes its changes to the newest state, and keeps those of others", async () => {
    const { api, client, draft, get } = await open({ phase: "Active", bootId: 1 });
    const others = { ...reachable, lastTransitionTime: "2026-02-02T00:00:00Z" };
    api.put(`${nodesPath}/a`, { ...(await get()), status: { phase: "Inactive", bootId: 2, conditions: [others] } });
    const one = draft();
    one.set({ bootId: 3 });
    one.condition(ready);
    await mergeStatus(client, Node, one, { signal: never });
    const { status } = await get();
    expect(status).toMatchObject({ phase: "Inactive", bootId: 3 });
    expect(status?.conditions?.map(({ type }) => type)).toEqual(["Reachable", "Ready"]);
  });

  it("writes nothing when others wrote the same", async () => {
    const { api, client, draft, get } = await open();
    api.put(`${nodesPath}/a`, { ...(await get()), status: { phase: "Dead" } });
    const one = draft();
    one.set({ phase: "Dead" });
    expect(await mergeStatus(client, Node, one, { signal: never })).toBeUndefined();
  });

  it("leaves an object alone that is gone, or another of the same name", async () => {
    const { api, client, draft, get } = await open();
    const one = draft();
    one.set({ phase: "Active" });
    api.remove(`${nodesPath}/a`);
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    expect(await mergeStatus(client, Node, one, { signal: never })).toBeUndefined();
    expect((await get()).status).toBeUndefined();
    api.remove(`${nodesPath}/a`);
    expect(await mergeStatus(client, Node, one, { signal: never })).toBeUndefined();
  });

  it("begins with the newest state that the caller knows", async () => {
    const { api, client, draft, get } = await open({ phase: "Active", bootId: 1 });
    const one = draft();
    one.set({ bootId: 3 });
    api.put(`${nodesPath}/a`, { ...(await get()), status: { phase: "Inactive", bootId: 2 } });
    await mergeStatus(client, Node, one, { signal: never, newest: await get() });
    expect([(await get()).status, api.writes.length]).toEqual([{ phase: "Inactive", bootId: 3 }, 1]);
  });

  it("gives up when others write faster", async () => {
    const { api, client, draft } = await open();
    let bootId = 0;
    api.intercept = ({ method }) => {
      if (method === "PATCH") api.put(`${nodesPath}/a`, nodeNamed("a", { status: { bootId: ++bootId } }));
      return undefined;
    };
    const one = draft();
    one.set({ phase: "Active" });
    await expect(mergeStatus(client, Node, one, { signal: never })).rejects.toMatchObject({ code: "SPORE_CONFLICT" });
    expect(api.writes.length).toBe(5);
  });
});
