import { describe, expect, it } from "vitest";
import { ConfigMap, Secret } from "../../controller/api/core-kinds.ts";
import { type Key, keyText } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { NodeGroupRevision } from "../../controller/api/node-group-revision.ts";
import { enqueueChanges, settled, type Watch, watch, watchOwned } from "../../controller/runtime/enqueue.ts";
import { ObjectCache } from "../../controller/runtime/object-cache.ts";
import { ManualClock } from "../support/manual-clock.ts";

function secret(resourceVersion: string, owners: NonNullable<Secret["metadata"]["ownerReferences"]>): Secret {
  const metadata = { namespace: "lab", name: "s", uid: "u", resourceVersion, ownerReferences: owners };
  return { apiVersion: "v1", kind: "Secret", metadata };
}

function owner(name: string, apiVersion = "spore.dev/v1alpha1", kind = "NodeGroup", controller = true) {
  return { apiVersion, kind, name, uid: name, controller };
}

function wokenBy(watched: Watch<Secret>, steps: (cache: ObjectCache<Secret>) => void): readonly string[] {
  const cache = new ObjectCache(Secret);
  const woken: string[] = [];
  enqueueChanges(cache, watched, (key) => woken.push(keyText(key)));
  steps(cache);
  return woken;
}

describe("enqueueChanges", () => {
  it("wakes each key once for a change, those of the old state as well", () => {
    const owners = watch(Secret, ({ metadata }) => (metadata.ownerReferences ?? []).map(({ name }) => ({ name })));
    const woken = wokenBy(owners, (cache) => {
      cache.apply(secret("1", [owner("a"), owner("b")]));
      cache.apply(secret("2", [owner("b"), owner("c")]));
      cache.remove(secret("3", []));
    });
    expect(woken).toEqual(["a", "b", "b", "c", "a", "b", "c"]);
  });

  it("passes over changes that do not matter", () => {
    const onlyGone = watch(
      Secret,
      () => [{ name: "x" }],
      ({ object }) => object === undefined,
    );
    const woken = wokenBy(onlyGone, (cache) => {
      cache.apply(secret("1", []));
      cache.remove(secret("2", []));
    });
    expect(woken).toEqual(["x"]);
  });
});

describe("watchOwned", () => {
  const keysOf = (watched: Watch<Secret>, object: Secret) => [...watched.map(object)].map(keyText);

  it("finds the owner that controls the object, when it is of that kind and group", () => {
    const watched = watchOwned(Secret, NodeGroup);
    expect(keysOf(watched, secret("1", [owner("lab-sensors"), owner("other", "spore.dev/v1alpha1", "Node")]))).toEqual([
      "lab/lab-sensors",
    ]);
    expect(keysOf(watched, secret("1", [owner("x", "other.dev/v1")]))).toEqual([]);
    expect(keysOf(watched, secret("1", [owner("x", "spore.dev/v1alpha1", "NodeGroup", false)]))).toEqual([]);
    expect(keysOf(watched, secret("1", [owner("x", "spore.dev/v2")]))).toEqual(["lab/x"]);
    expect(keysOf(watchOwned(Secret, NodeGroupRevision), secret("1", [owner("r")]))).toEqual([]);
  });

  it("knows owners of the core group, and those without a namespace", () => {
    expect(keysOf(watchOwned(Secret, ConfigMap), secret("1", [owner("c", "v1", "ConfigMap")]))).toEqual(["lab/c"]);
    expect(keysOf(watchOwned(Secret, Node), secret("1", [owner("n", "spore.dev/v1alpha1", "Node")]))).toEqual(["n"]);
  });
});

describe("settled", () => {
  it("wakes once for all that is said of a key in a while, counted from the first word", async () => {
    const clock = new ManualClock();
    const woken: string[] = [];
    let say = (_: Key): void => {};
    let isHeard = true;
    const source = (wake: (key: Key) => void) => {
      say = wake;
      return () => {
        isHeard = false;
      };
    };
    const stop = settled(source, 500, clock)((key) => woken.push(`${keyText(key)}@${clock.monotonic()}`));
    say({ name: "a" });
    await clock.advance(300);
    say({ name: "a" });
    say({ namespace: "lab", name: "b" });
    await clock.advance(300);
    say({ name: "a" });
    await clock.advance(600);
    expect(woken).toEqual(["a@500", "lab/b@800", "a@1100"]);
    say({ name: "a" });
    stop();
    expect([isHeard, clock.timers]).toEqual([false, 0]);
  });
});
