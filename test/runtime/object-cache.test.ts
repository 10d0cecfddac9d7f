import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { keyText } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { type LabelSelector, matchesSelector } from "../../controller/api/selector.ts";
import { ObjectCache } from "../../controller/runtime/object-cache.ts";
import { nodeNamed } from "../support/nodes.ts";

function node(name: string, resourceVersion: string, labels: Record<string, string> = {}, group?: string): Node {
  const assignment = group === undefined ? {} : { assignment: { group } };
  return nodeNamed(name, {
    metadata: { uid: `uid-${name}`, resourceVersion, labels },
    spec: { family: "spore", paused: false, ...assignment },
  });
}

function configMap(namespace: string, name: string, resourceVersion: string): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name, resourceVersion } };
}

function groupOf(object: Node): readonly string[] {
  const group = object.spec.assignment?.group;
  return group === undefined ? [] : [group];
}

function names(objects: readonly Node[]): readonly string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

/** A cache and the changes it told. */
function open() {
  const cache = new ObjectCache(Node);
  const told: string[] = [];
  cache.listen(({ key, object, old }) =>
    told.push(`${keyText(key)} ${old?.metadata.resourceVersion ?? "-"}>${object?.metadata.resourceVersion ?? "-"}`),
  );
  return { cache, told };
}

describe("ObjectCache", () => {
  it("tells each change with the state before and after, once", () => {
    const { cache, told } = open();
    cache.apply(node("a", "1"));
    cache.apply(node("a", "2"));
    cache.apply(node("a", "2"));
    cache.remove(node("a", "3"));
    cache.remove(node("a", "4"));
    expect(told).toEqual(["a ->1", "a 1>2", "a 2>-"]);
    expect(cache.get({ name: "a" })).toBeUndefined();
  });

  it("stops telling who no longer listens", () => {
    const { cache, told } = open();
    const ended = cache.listen(() => told.push("second"));
    ended();
    ended();
    cache.apply(node("a", "1"));
    expect(told).toEqual(["a ->1"]);
  });

  it("lists by namespace", () => {
    const cache = new ObjectCache(ConfigMap);
    for (const [namespace, name] of [
      ["lab", "a"],
      ["lab", "b"],
      ["attic", "a"],
    ] as const) {
      cache.apply(configMap(namespace, name, "1"));
    }
    expect(cache.list().length).toBe(3);
    expect(cache.list("lab").map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    expect(cache.list("cellar")).toEqual([]);
    expect(cache.get({ namespace: "attic", name: "a" })?.metadata.namespace).toBe("attic");
    cache.remove(configMap("lab", "a", "2"));
    expect(cache.list("lab").length).toBe(1);
  });

  it("keeps an index current, and gives the same one for the same function", () => {
    const { cache } = open();
    cache.apply(node("a", "1", {}, "default/lab"));
    const groups = cache.index(groupOf);
    expect(cache.index(groupOf)).toBe(groups);
    cache.apply(node("b", "2", {}, "default/lab"));
    expect(names(groups.get("default/lab"))).toEqual(["a", "b"]);
    cache.apply(node("a", "3", {}, "default/attic"));
    expect([names(groups.get("default/lab")), names(groups.get("default/attic"))]).toEqual([["b"], ["a"]]);
    cache.remove(node("b", "4"));
    expect([groups.count("default/lab"), groups.get("default/lab")]).toEqual([0, []]);
  });

  it("shows listeners indexes that are current already", () => {
    const { cache } = open();
    const groups = cache.index(groupOf);
    const seen: number[] = [];
    cache.listen(() => seen.push(groups.count("default/lab")));
    cache.apply(node("a", "1", {}, "default/lab"));
    cache.remove(node("a", "2"));
    expect(seen).toEqual([1, 0]);
  });

  it("tells what a new list makes of what was there", () => {
    const { cache, told } = open();
    cache.replace([node("kept", "1"), node("changed", "2"), node("gone", "3")], "3");
    told.length = 0;
    cache.replace([node("kept", "1"), node("changed", "5"), node("new", "6")], "7");
    expect(told.sort()).toEqual(["changed 2>5", "gone 3>-", "new ->6"]);
  });

  it("tells an object that was replaced by another of the same name and version", () => {
    const { cache, told } = open();
    cache.apply(node("a", "1"));
    cache.apply({ ...node("a", "1"), metadata: { name: "a", uid: "another", resourceVersion: "1" } });
    expect(told).toEqual(["a ->1", "a 1>1"]);
  });
});

describe("ObjectCache.select", () => {
  const value = fc.constantFrom("x", "y", "z");
  const key = fc.constantFrom("room", "app", "tier");
  const labels = fc.dictionary(key, value);
  const requirement = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom("In" as const, "NotIn" as const),
      values: fc.array(value, { maxLength: 2 }),
    }),
    fc.record({ key, operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const) }),
  );
  const selector: fc.Arbitrary<LabelSelector> = fc.record({
    matchLabels: labels,
    matchExpressions: fc.array(requirement, { maxLength: 3 }),
  });

  it("finds what a look at every object finds, while objects come, change and go", () => {
    const change = fc.record({ name: fc.nat(9), labels: fc.option(labels, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.array(selector, { maxLength: 5 }), (changes, selectors) => {
        const cache = new ObjectCache(Node);
        changes.forEach((one, index) => {
          const object = node(`n${one.name}`, String(index + 1), one.labels);
          if (one.labels === undefined) cache.remove(object);
          else cache.apply(object);
        });
        for (const one of selectors) {
          const expected = cache.list().filter(({ metadata }) => matchesSelector(one, metadata.labels ?? {}));
          expect(names(cache.select(one))).toEqual(names(expected));
        }
      }),
    );
  });

  it("stays within the namespace", () => {
    const cache = new ObjectCache(ConfigMap);
    const labelled = { labels: { app: "x" } };
    for (const namespace of ["lab", "attic"]) {
      const plain = configMap(namespace, "a", "1");
      cache.apply({ ...plain, metadata: { ...plain.metadata, ...labelled } });
      cache.apply(configMap(namespace, "b", "1"));
    }
    const found = cache.select({ matchLabels: { app: "x" } }, "lab");
    expect(found.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([["lab", "a"]]);
  });
});

describe("ObjectCache.note", () => {
  it("shows a write of our own before the watch does, and tells it once", () => {
    const { cache, told } = open();
    cache.apply(node("a", "10"));
    cache.note(node("a", "12"));
    expect(cache.get({ name: "a" })?.metadata.resourceVersion).toBe("12");
    cache.apply(node("a", "11")); // what came before our write
    cache.apply(node("a", "12"));
    cache.apply(node("a", "13"));
    expect(told).toEqual(["a ->10", "a 10>12", "a 12>13"]);
  });

  it("leaves alone what the watch knows better", () => {
    const { cache, told } = open();
    cache.apply(node("a", "10"));
    cache.apply(node("a", "13"));
    cache.note(node("a", "12"));
    cache.remove(node("a", "14"));
    cache.note(node("a", "12")); // must not come back from the dead
    cache.reached("20");
    cache.note(node("b", "19")); // deleted since, or the watch would have told it
    expect(told).toEqual(["a ->10", "a 10>13", "a 13>-"]);
  });

  it("does not let an older deletion remove a newer object", () => {
    const { cache } = open();
    cache.apply(node("a", "10"));
    cache.note(node("a", "15")); // deleted at 12 and created again by us, says the answer
    cache.remove(node("a", "12"));
    expect(cache.get({ name: "a" })?.metadata.resourceVersion).toBe("15");
    cache.apply(node("a", "15"));
    cache.remove(node("a", "16"));
    expect(cache.get({ name: "a" })).toBeUndefined();
  });

  it("survives a list that is older, and not one that is newer", () => {
    const { cache } = open();
    cache.replace([], "10");
    cache.note(node("a", "15"));
    cache.replace([], "12");
    expect(cache.get({ name: "a" })).toBeDefined();
    cache.replace([], "16");
    expect(cache.get({ name: "a" })).toBeUndefined();
  });

  it("does nothing where resource versions are not numbers", () => {
    const { cache, told } = open();
    cache.apply(node("a", "opaque-1"));
    cache.note(node("a", "opaque-2"));
    expect(told).toEqual(["a ->opaque-1"]);
  });

  it("follows a server that was set back to an older state", () => {
    const { cache } = open();
    cache.replace([node("a", "100"), node("b", "101")], "101");
    cache.replace([node("a", "40")], "50");
    expect(names(cache.list())).toEqual(["a"]);
    expect(cache.get({ name: "a" })?.metadata.resourceVersion).toBe("40");
    cache.apply(node("a", "51"));
    expect(cache.get({ name: "a" })?.metadata.resourceVersion).toBe("51");
  });
});

describe("ObjectCache with 10,000 objects", () => {
  it("applies a change at a cost that does not grow with their number", () => {
    const costOf = (size: number) => {
      const cache = new ObjectCache(Node);
      cache.index(groupOf);
      const fleet = Array.from({ length: size }, (_, i) =>
        node(`n${i}`, "1", { room: `r${i % 50}` }, `default/g${i % 20}`),
      );
      cache.replace(fleet, "1");
      let looked = 0;
      cache.listen(() => {
        looked += 1;
      });
      const changes = Array.from({ length: 2000 }, (_, i) =>
        node(`n${i % size}`, String(i + 2), { room: `r${i % 50}` }),
      );
      const began = process.cpuUsage();
      for (const change of changes) cache.apply(change);
      const { user, system } = process.cpuUsage(began);
      expect(looked).toBe(2000);
      return user + system;
    };
    costOf(1000); // warms up
    const [small, large] = [costOf(1000), costOf(10_000)];
    expect(large).toBeLessThan(small * 4 + 50_000); // microseconds; one look at every object per change would take 20,000,000 looks
  });
});
