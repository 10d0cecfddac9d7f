import { afterEach, describe, expect, it } from "vitest";
import { Event } from "../../controller/api/core-kinds.ts";
import { Node, type NodeStatus } from "../../controller/api/node.ts";
import type { Transport } from "../../controller/api/transport.ts";
import type { ApiServer } from "../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { controllers } from "../../controller/apiserver/user.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { EventRecorder } from "../../controller/runtime/event-recorder.ts";
import { LeaseElection } from "../../controller/runtime/lease.ts";
import { Manager } from "../../controller/runtime/manager.ts";
import { done } from "../../controller/runtime/reconcile.ts";
import { StatusDraft } from "../../controller/runtime/status-draft.ts";
import { writeStatus } from "../../controller/runtime/status-writer.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { admin, testServer } from "../support/api-server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The real API server on a store in memory, in manual time. It can go down and come back on the same store. */
async function open() {
  const clock = new ManualClock();
  const store = openMemoryStore({ clock });
  let server: ApiServer | undefined;
  const start = async () => {
    server = await testServer({ clock, store });
  };
  const stop = async () => {
    const old = server;
    server = undefined;
    await old?.[Symbol.asyncDispose]();
  };
  await start();
  closers.push(stop);
  const transportAs = (user: typeof admin): Transport => {
    return (request) => {
      if (!server) throw new SporeError("SPORE_UNAVAILABLE", "the server is down");
      return inProcessTransport(server, user)(request);
    };
  };
  const clientAs = (user: typeof admin) => apiClient(transportAs(user), { clock, userAgent: "test/1" });
  const human = clientAs(admin);
  const adopt = (name: string) =>
    human.create(Node, { metadata: { name }, spec: { family: "spore" } }, { signal: never });
  return { clock, store, start, stop, human, adopt, client: clientAs(controllers) };
}

type World = Awaited<ReturnType<typeof open>>;

/** A process that says of every Node that it is Active when it is not paused, and tells so in an Event. */
function startProcess({ client, clock }: World, identity: string, seed: number) {
  const settings = { client, clock, log: silentLogger, random: seededRandom(seed) };
  const lease = { ...settings, namespace: "default", name: "spored", identity };
  const manager = new Manager({ ...settings, election: new LeaseElection(lease) });
  const recorder = new EventRecorder({ ...settings, component: "spored", instance: identity });
  const runs: string[] = [];
  manager.addRunnable(recorder);
  manager.add({
    name: "phase",
    for: Node,
    concurrency: 4,
    reconcile: async (key, { signal }) => {
      runs.push(key.name);
      const node = manager.caches.of(Node).get(key);
      if (!node) return done;
      const draft = new StatusDraft<NodeStatus>(node, clock);
      draft.set({ phase: node.spec.paused ? "Inactive" : "Active" });
      draft.observed();
      if (await writeStatus(manager.client, Node, draft, signal)) {
        recorder.record(node, { type: "Normal", reason: "PhaseChanged", message: `Phase is ${draft.status.phase}.` });
      }
      return done;
    },
  });
  const stop = new AbortController();
  const over = manager.run(stop.signal);
  const close = async () => {
    stop.abort();
    await over;
  };
  closers.push(close);
  return { runs, close };
}

async function phases({ human }: World): Promise<readonly (string | undefined)[]> {
  const { items } = await human.list(Node, {}, never);
  return items.map(({ status }) => status?.phase);
}

describe("Manager on the API server", () => {
  it("settles everything with the rights of a controller, tells it, and then writes nothing more", async () => {
    const world = await open();
    for (const name of ["a", "b", "c"]) await world.adopt(name);
    const { runs } = startProcess(world, "one", 1);
    await world.clock.advance(1000);
    await world.adopt("d");
    await world.clock.advance(1000);
    expect(await phases(world)).toEqual(["Active", "Active", "Active", "Active"]);
    const { items: events } = await world.human.list(Event, {}, never);
    expect(events.map(({ involvedObject, count }) => [involvedObject.name, count]).sort()).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
      ["d", 1],
    ]);
    const nodesBefore = (await world.human.list(Node, {}, never)).items.map(({ metadata }) => metadata.resourceVersion);
    const runsBefore = runs.length;
    await world.clock.advance(600_000);
    const nodesAfter = (await world.human.list(Node, {}, never)).items.map(({ metadata }) => metadata.resourceVersion);
    expect([nodesAfter, runs.length]).toEqual([nodesBefore, runsBefore]);
  });

  it("misses nothing while the server is down or restarts", async () => {
    const world = await open();
    await world.adopt("a");
    startProcess(world, "one", 1);
    await world.clock.advance(1000);
    expect(await phases(world)).toEqual(["Active"]);
    await world.stop();
    await world.clock.advance(5000);
    await world.start();
    await world.adopt("b");
    await world.human.patch(
      Node,
      { name: "a" },
      { type: "merge", body: { spec: { paused: true } } },
      { signal: never },
    );
    await world.clock.advance(60_000);
    expect(await phases(world)).toEqual(["Inactive", "Active"]);
  });

  it("works in one process at a time, and in the next one when the first stops", async () => {
    const world = await open();
    await world.adopt("a");
    const one = startProcess(world, "one", 1);
    await world.clock.advance(3000);
    const two = startProcess(world, "two", 2);
    await world.adopt("b");
    await world.clock.advance(20_000);
    expect([one.runs.length > 0, two.runs]).toEqual([true, []]);
    await one.close();
    await world.adopt("c");
    await world.clock.advance(5000);
    expect(await phases(world)).toEqual(["Active", "Active", "Active"]);
    expect(new Set(two.runs)).toEqual(new Set(["a", "b", "c"]));
  });
});
