import { describe, expect, it } from "vitest";
import { type Key, keyText } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { silentLogger } from "../../controller/base/log.ts";
import type { CacheSource } from "../../controller/runtime/caches.ts";
import { Controller, type ControllerSpec } from "../../controller/runtime/controller.ts";
import { watch } from "../../controller/runtime/enqueue.ts";
import { ObjectCache } from "../../controller/runtime/object-cache.ts";
import { desireChanged } from "../../controller/runtime/predicate.ts";
import { done, type Reconcile, requeueAfter } from "../../controller/runtime/reconcile.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { nodeNamed } from "../support/nodes.ts";

/** A controller of Nodes whose caches the test fills by hand. */
function open(reconcile: Reconcile, spec: Partial<ControllerSpec<Node>> = {}) {
  const clock = new ManualClock();
  const nodes = new ObjectCache(Node);
  const groups = new ObjectCache(NodeGroup);
  const all = new Map<string, unknown>([
    ["nodes", nodes],
    ["nodegroups", groups],
  ]);
  const caches: CacheSource = {
    of: (kind) => {
      const cache = all.get(kind.plural);
      if (cache instanceof ObjectCache) return cache;
      throw new Error(`no cache of ${kind.plural}`);
    },
  };
  const runs: string[] = [];
  const controller = new Controller(
    {
      name: "node",
      for: Node,
      reconcile: (key, context) => {
        runs.push(`${keyText(key)}@${clock.monotonic()}`);
        return reconcile(key, context);
      },
      ...spec,
    },
    { caches, clock, log: silentLogger, random: () => 1 },
  );
  let version = 0;
  const put = (name: string, generation = 1, group?: string) => {
    const assignment = group === undefined ? {} : { assignment: { group } };
    const metadata = { uid: name, generation, resourceVersion: String(++version) };
    nodes.apply(nodeNamed(name, { metadata, spec: { family: "spore", paused: false, ...assignment } }));
  };
  const stop = new AbortController();
  const start = () => controller.run(stop.signal);
  return { clock, nodes, controller, runs, put, stop, start };
}

describe("Controller", () => {
  it("begins with every object there is, then wakes for changes", async () => {
    const { clock, put, runs, start } = open(async () => done);
    put("a");
    void start();
    await clock.settle();
    put("b");
    await clock.settle();
    put("a", 2);
    await clock.settle();
    expect(runs).toEqual(["a@0", "b@0", "a@0"]);
  });

  it("also wakes for an object that is gone", async () => {
    const { clock, nodes, put, runs, start } = open(async () => done);
    put("a");
    void start();
    await clock.settle();
    nodes.replace([], "99");
    await clock.settle();
    expect(runs).toEqual(["a@0", "a@0"]);
  });

  it("passes over changes that its predicate calls unimportant", async () => {
    const { clock, put, runs, start } = open(async () => done, { when: desireChanged });
    void start();
    put("a", 1);
    await clock.settle();
    put("a", 1); // status only
    put("a", 2);
    await clock.settle();
    expect(runs).toEqual(["a@0", "a@0"]);
  });

  it("works on as many keys at a time as it may, and never on one key twice", async () => {
    const active = new Map<string, () => void>();
    let most = 0;
    const reconcile: Reconcile = (key) =>
      new Promise((resolve) => {
        expect(active.has(key.name)).toBe(false);
        active.set(key.name, () => {
          active.delete(key.name);
          resolve(done);
        });
        most = Math.max(most, active.size);
      });
    const { clock, put, runs, start } = open(reconcile, { concurrency: 2 });
    for (const name of ["a", "b", "c"]) put(name);
    void start();
    await clock.settle();
    expect(runs.length).toBe(2);
    put("a", 2); // while a is worked on
    put("a", 3);
    await clock.settle();
    expect(runs.length).toBe(2);
    while (active.size > 0) {
      for (const finish of [...active.values()]) finish();
      await clock.settle();
    }
    expect(runs.map((run) => run.slice(0, 1))).toEqual(["a", "b", "c", "a"]);
    expect(most).toBe(2);
  });

  it("looks again when the reconciler asked for it, and says what it waits for", async () => {
    const { clock, controller, put, runs, start } = open(async () => requeueAfter(5000, "the node restarts"));
    put("a");
    void start();
    await clock.advance(1000);
    expect(controller.waitsFor({ name: "a" })).toEqual({ why: "the node restarts", dueInMs: 4000 });
    await clock.advance(9000);
    expect(runs).toEqual(["a@0", "a@5000", "a@10000"]);
  });

  it("lets the newest answer count when a change comes before the time", async () => {
    let answer = requeueAfter(60_000, "soak");
    const { clock, controller, put, runs, start } = open(async () => answer);
    put("a");
    void start();
    await clock.advance(1000);
    answer = done;
    put("a", 2);
    await clock.advance(120_000);
    expect(runs).toEqual(["a@0", "a@1000"]);
    expect(controller.waitsFor({ name: "a" })).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it("backs off from failures, and starts over after a success", async () => {
    let failures = 3;
    const { clock, put, runs, start } = open(async () => {
      if (failures-- > 0) throw new TypeError("a bug");
      return done;
    });
    put("a");
    void start();
    await clock.advance(60_000);
    expect(runs).toEqual(["a@0", "a@200", "a@600", "a@1400"]);
    failures = 1;
    put("a", 2);
    await clock.advance(60_000);
    expect(runs.slice(4)).toEqual(["a@60000", "a@60200"]);
  });

  it("waits for a change after an error that retrying cannot mend, though not for ever", async () => {
    let isBroken = true;
    const { clock, controller, put, runs, start } = open(async () => {
      if (isBroken) throw new SporeError("SPORE_INVALID", "config must be a mapping");
      return done;
    });
    put("a");
    void start();
    await clock.advance(599_000);
    expect(runs).toEqual(["a@0"]);
    expect(controller.waitsFor({ name: "a" })?.why).toBe("config must be a mapping");
    await clock.advance(1000);
    expect(runs).toEqual(["a@0", "a@600000"]);
    isBroken = false;
    put("a", 2);
    await clock.advance(3_600_000);
    expect(runs.length).toBe(3);
  });

  it("counts a conflict as no failure, and waits as long as a busy server asks", async () => {
    const errors = [
      new SporeError("SPORE_CONFLICT", "modified"),
      new SporeError("SPORE_TOO_MANY_REQUESTS", "busy", { retryAfterSeconds: 7 }),
    ];
    const { clock, controller, put, runs, start } = open(async () => {
      const error = errors.shift();
      if (error) throw error;
      return done;
    });
    put("a");
    void start();
    await clock.advance(60_000);
    expect(runs).toEqual(["a@0", "a@200", "a@7200"]);
    expect(controller.figures).toMatchObject({ runs: 3, failures: 1 });
  });

  it("aborts a run that takes too long, and tries again", async () => {
    let hangs = true;
    const reconcile: Reconcile = (_key, { signal }) => {
      if (!hangs) return Promise.resolve(done);
      hangs = false;
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const { clock, put, runs, start } = open(reconcile, { runTimeoutMs: 3000 });
    put("a");
    void start();
    await clock.advance(3000);
    await clock.advance(200);
    expect(runs).toEqual(["a@0", "a@3200"]);
    expect(clock.timers).toBe(0);
  });

  it("wakes for what its sources tell, until it stops", async () => {
    let wake = (_key: Key) => {};
    let isSubscribed = false;
    const { clock, runs, start, stop } = open(async () => done, {
      sources: [
        (wakeController) => {
          wake = wakeController;
          isSubscribed = true;
          return () => {
            isSubscribed = false;
          };
        },
      ],
    });
    const over = start();
    wake({ name: "heard" });
    await clock.settle();
    expect(runs).toEqual(["heard@0"]);
    stop.abort();
    await over;
    expect(isSubscribed).toBe(false);
  });

  it("wakes both ends when an object moves from one to the other", async () => {
    const groupOf = (node: Node): readonly Key[] => {
      const group = node.spec.assignment?.group;
      return group === undefined ? [] : [{ name: group }];
    };
    const { clock, put, runs, start } = open(async () => done, { when: () => false, watches: [watch(Node, groupOf)] });
    void start();
    await clock.settle();
    put("a", 1, "lab");
    await clock.settle();
    put("a", 2, "attic");
    await clock.settle();
    expect(runs).toEqual(["lab@0", "attic@0", "lab@0"]);
  });

  it("stops when told, waits for its last run, and starts nothing more", async () => {
    let finish = () => {};
    let signalled = false;
    const reconcile: Reconcile = (_key, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          signalled = true;
        });
        finish = () => resolve(requeueAfter(1000, "later"));
      });
    const { clock, controller, put, runs, start, stop } = open(reconcile);
    put("a");
    put("b");
    let ended = false;
    const over = start().then(() => {
      ended = true;
    });
    await clock.settle();
    stop.abort();
    await clock.settle();
    expect([signalled, ended, controller.active]).toEqual([true, false, ["a"]]);
    finish();
    await over;
    expect(clock.timers).toBe(0);
    put("c");
    await clock.advance(10_000);
    expect(runs).toEqual(["a@0"]);
  });
});
