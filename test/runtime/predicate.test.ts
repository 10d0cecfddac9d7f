import { describe, expect, it } from "vitest";
import type { Node } from "../../controller/api/node.ts";
import { desireChanged, type Predicate } from "../../controller/runtime/predicate.ts";
import { nodeNamed } from "../support/nodes.ts";

const before = nodeNamed("a", { metadata: { uid: "u", generation: 1, resourceVersion: "1", labels: { room: "lab" } } });

function judge(predicate: Predicate, metadata: object, status?: Node["status"]): boolean {
  const object = {
    ...before,
    ...(status && { status }),
    metadata: { ...before.metadata, resourceVersion: "2", ...metadata },
  };
  return predicate({ key: { name: "a" }, object, old: before });
}

describe("desireChanged", () => {
  it.each([
    ["a new generation", { generation: 2 }],
    ["a label", { labels: { room: "attic" } }],
    ["an annotation", { annotations: { why: "x" } }],
    ["a finalizer", { finalizers: ["spore.dev/assignments"] }],
    ["an owner", { ownerReferences: [{ apiVersion: "v1", kind: "Secret", name: "s", uid: "1" }] }],
    ["a deletion", { deletionTimestamp: "2026-01-01T00:00:00Z" }],
    ["another object of that name", { uid: "other" }],
  ])("counts %s", (_what, metadata) => {
    expect(judge(desireChanged, metadata)).toBe(true);
  });

  it("does not count a change of status, nor a mere new version", () => {
    expect(judge(desireChanged, {}, { phase: "Dead" })).toBe(false);
    expect(judge(desireChanged, {})).toBe(false);
  });

  it("counts what comes, what goes, and kinds without a generation", () => {
    const key = { name: "a" };
    expect(desireChanged({ key, object: before, old: undefined })).toBe(true);
    expect(desireChanged({ key, object: undefined, old: before })).toBe(true);
    const plain = nodeNamed("a");
    expect(desireChanged({ key, object: plain, old: plain })).toBe(true);
  });
});
