import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { keyText } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { type Election, Manager } from "../../controller/runtime/manager.ts";
import { done, type Reconcile } from "../../controller/runtime/reconcile.ts";
import { FakeApi, failure } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { nodeNamed, nodesPath } from "../support/nodes.ts";

function open(election?: Election) {
  const api = new FakeApi();
  api.chunkBytes = 1000;
  const clock = new ManualClock();
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const settings = { client, clock, log: silentLogger, random: seededRandom(3) };
  const manager = new Manager({ ...settings, ...(election && { election }) });
  const stop = new AbortController();
  const history: string[] = [];
  const add = (name: string, reconcile: Reconcile = async () => done) =>
    manager.add({
      name,
      for: Node,
      reconcile: (key, context) => {
        history.push(`${name} ${keyText(key)}`);
        return reconcile(key, context);
      },
    });
  const addRunnable = (name: string, outlivesControllers = false) =>
    manager.addRunnable({
      name,
      outlivesControllers,
      run: async (signal) => {
        history.push(`${name} starts`);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        history.push(`${name} stops`);
      },
    });
  return { api, clock, manager, stop, history, add, addRunnable };
}

describe("Manager", () => {
  it("calls no reconciler before all caches are full", async () => {
    const { api, clock, manager, stop, history, add } = open();
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    add("node", async () => {
      expect(manager.caches.of(ConfigMap).list().length).toBe(1);
      return done;
    });
    manager.caches.of(ConfigMap);
    api.put("/api/v1/namespaces/lab/configmaps/c", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
    api.intercept = ({ path }) =>
      path.endsWith("configmaps") ? failure(503, "ServiceUnavailable", "later") : undefined;
    const over = manager.run(stop.signal);
    await clock.advance(25_000);
    expect(history).toEqual([]);
    api.intercept = () => undefined;
    await clock.advance(60_000);
    expect(history).toEqual(["node a"]);
    stop.abort();
    await over;
    expect([api.watches, clock.timers]).toEqual([0, 0]);
  });

  it("watches each kind once, however many ask for it", async () => {
    const { api, clock, manager, stop, add } = open();
    for (const name of ["one", "two", "three"]) add(name);
    expect(manager.caches.of(Node)).toBe(manager.caches.of({ ...Node }));
    const over = manager.run(stop.signal);
    await clock.settle();
    expect(api.watches).toBe(1);
    stop.abort();
    await over;
  });

  it("fills a cache that is asked for later", async () => {
    const { api, clock, manager, stop } = open();
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    const over = manager.run(stop.signal);
    await clock.settle();
    const nodes = manager.caches.of(Node);
    await clock.settle();
    expect(nodes.list().length).toBe(1);
    stop.abort();
    await over;
    expect(api.watches).toBe(0);
  });

  it("lets a reconciler read its own writes, before the watch has brought them", async () => {
    const { api, clock, manager, stop, add } = open();
    const seen: (boolean | undefined)[] = [];
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    add("node", async (key, { signal }) => {
      if (seen.length > 0) return done;
      api.areWatchesMute = true;
      const body = { spec: { paused: true } };
      await manager.client.patch(Node, key, { type: "merge", body }, { signal });
      seen.push(manager.caches.of(Node).get(key)?.spec.paused);
      await manager.client.patch(
        Node,
        key,
        { type: "merge", body: { spec: { paused: false } } },
        { signal, dryRun: true },
      );
      seen.push(manager.caches.of(Node).get(key)?.spec.paused);
      return done;
    });
    const over = manager.run(stop.signal);
    await clock.settle();
    expect(seen).toEqual([true, true]);
    stop.abort();
    await over;
  });

  it("stops in the opposite order: controllers, what outlives them, caches", async () => {
    const { api, clock, manager, stop, history, add, addRunnable } = open();
    let finish = () => {};
    add(
      "node",
      () =>
        new Promise((resolve) => {
          finish = () => {
            history.push("node done");
            resolve(done);
          };
        }),
    );
    addRunnable("executor");
    addRunnable("events", true);
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    const over = manager.run(stop.signal);
    await clock.settle();
    stop.abort();
    await clock.settle();
    expect([history, api.watches]).toEqual([["executor starts", "events starts", "node a", "executor stops"], 1]);
    finish();
    await over;
    expect(history.slice(-2)).toEqual(["node done", "events stops"]);
    expect([api.watches, clock.timers]).toEqual([0, 0]);
  });

  it("names who does not stop in time", async () => {
    const { api, clock, manager, stop, add } = open();
    add("node", () => new Promise(() => {}));
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    const over = manager.run(stop.signal);
    const outcome = over.catch((error: unknown) => error);
    await clock.settle();
    stop.abort();
    await clock.advance(10_000);
    expect(await outcome).toMatchObject({ code: "SPORE_TIMEOUT", message: expect.stringContaining("node a") });
  });

  it("stops everything when something beside the controllers fails, and says why", async () => {
    const { api, clock, manager, stop, add, history, addRunnable } = open();
    add("node");
    addRunnable("events", true);
    manager.addRunnable({ name: "discovery", run: async () => Promise.reject(new Error("port taken")) });
    await expect(manager.run(stop.signal)).rejects.toThrow("port taken");
    expect(history).toEqual(["events starts", "events stops"]);
    expect([api.watches, clock.timers]).toEqual([0, 0]);
  });

  it("works only while it leads, and begins anew in its next term", async () => {
    let lead: (term: AbortSignal) => Promise<void> = async () => {};
    const election: Election = {
      lead: (signal, work) => {
        lead = work;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      },
    };
    const { api, clock, manager, stop, history, add } = open(election);
    add("node");
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    const over = manager.run(stop.signal);
    await clock.advance(1000);
    expect(history).toEqual([]);
    const [first, second] = [new AbortController(), new AbortController()];
    const term = lead(first.signal);
    await clock.settle();
    expect(history).toEqual(["node a"]);
    first.abort();
    await term;
    api.put(`${nodesPath}/b`, nodeNamed("b"));
    await clock.settle();
    expect(history).toEqual(["node a"]);
    const next = lead(second.signal);
    await clock.settle();
    expect(history.slice(1).sort()).toEqual(["node a", "node b"]);
    second.abort();
    await next;
    stop.abort();
    await over;
  });

  it("ends at once when it is told to stop while it still waits for caches", async () => {
    const { api, clock, manager, stop, add } = open();
    add("node");
    api.up = false;
    const over = manager.run(stop.signal);
    await clock.advance(5000);
    stop.abort();
    await over;
    expect(clock.timers).toBe(0);
  });

  it("shows figures of each controller", async () => {
    const { api, clock, manager, stop, add } = open();
    add("node");
    api.put(`${nodesPath}/a`, nodeNamed("a"));
    const over = manager.run(stop.signal);
    await clock.settle();
    expect(manager.figures()).toMatchObject({ node: { waiting: 0, active: 0, delayed: 0, runs: 1, failures: 0 } });
    expect(manager.waitsFor("node", { name: "a" })).toBeUndefined();
    stop.abort();
    await over;
  });
});
