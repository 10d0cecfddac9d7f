import { describe, expect, it } from "vitest";
import type { Node } from "../../../controller/api/node.ts";
import { nextFence } from "../../../controller/reconcilers/node/new-operation.ts";
import { type Deciders, permissionOf } from "../../../controller/reconcilers/node/permission.ts";
import { groupOf, nodeOf } from "../objects.ts";

const assignment = { group: "default/lab", revision: "lab-1" };
const owned = (spec: object = {}) => nodeOf("n", { owner: "default", spec: { assignment, ...spec } });
const lab = groupOf("lab");

describe("permissionOf", () => {
  it("lets a group's own nodes be written to", () => {
    expect(permissionOf(owned(), { group: lab }, undefined)).toEqual({ write: true, managed: true });
  });

  it.each([
    ["nobody owns", nodeOf("n", { spec: { assignment } }), lab, undefined, "Unowned"],
    ["somebody paused", owned({ paused: true }), lab, undefined, "Paused"],
    ["is not who it should be", owned(), lab, "a stranger answers", "Conflict"],
    [
      "is being deleted",
      nodeOf("n", { owner: "default", meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      lab,
      undefined,
      "Deleting",
    ],
    ["belongs to a paused group", owned(), groupOf("lab", { paused: true }), undefined, "GroupPaused"],
  ])("forbids writing to a node that %s", (_what, node, group, conflict, reason) => {
    expect(permissionOf(node, { group }, conflict)).toMatchObject({ write: false, reason });
  });

  const unassigned = nodeOf("n", { owner: "default" });
  const foreign = nodeOf("n", { owner: "elsewhere", spec: { assignment } });
  const onItsWay = groupOf("lab", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  it.each<[string, Node, Deciders, string]>([
    ["no group", unassigned, {}, "Unmanaged"],
    ["a group that is gone", owned(), {}, "Unmanaged"],
    ["a group on its way out", owned(), { group: onItsWay }, "Unmanaged"],
    ["the group of a former owner", foreign, { group: lab }, "Unmanaged"],
    ["a group that has not assigned it yet", unassigned, { claimant: lab }, "Waiting"],
    [
      "a group whose turn has not come",
      nodeOf("n", { owner: "default", spec: { assignment: { group: "default/lab" } } }),
      { group: lab },
      "Waiting",
    ],
  ])("carries out only what people ask of a node with %s", (_what, node, deciders, reason) => {
    expect(permissionOf(node, deciders, undefined)).toMatchObject({ write: true, managed: false, reason });
  });
});

describe("nextFence", () => {
  it.each([
    ["above the revision that the write replaces", { resourceVersion: "9000000000" }, undefined, 9_000_000_000],
    ["above the fence before", { resourceVersion: "5" }, 2_000_000_000, 2_000_000_001],
    ["above every fence of an older store", { resourceVersion: "5" }, undefined, 1_767_225_600],
  ])("is %s", (_claim, meta, before, fence) => {
    const operation =
      before === undefined
        ? undefined
        : ({
            id: "o",
            kind: "Restart",
            phase: "Done",
            attempt: 1,
            fence: before,
            startedAt: "2026-01-01T00:00:00Z",
          } as const);
    const node = nodeOf("n", { meta, ...(operation && { status: { operation } }) });
    expect(nextFence(node, Date.parse("2026-01-01T00:00:00Z"))).toBe(fence);
  });
});
