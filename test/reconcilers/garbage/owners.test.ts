import { describe, expect, it } from "vitest";
import { ConfigMap, Namespace } from "../../../controller/api/core-kinds.ts";
import { NodeGroup } from "../../../controller/api/node-group.ts";
import {
  judgeDependent,
  kindOf,
  type OwnerState,
  ownerKey,
  ownerUids,
} from "../../../controller/reconcilers/garbage/owners.ts";
import { configMapOf } from "../objects.ts";

const reference = { apiVersion: "spore.dev/v1alpha1", kind: "NodeGroup", name: "lab", uid: "u1" };

describe("judgeDependent", () => {
  it.each<[string, [string, OwnerState][], unknown]>([
    ["keeps what nobody owns", [], { kind: "keep" }],
    ["keeps what an owner holds", [["a", "there"]], { kind: "keep" }],
    ["deletes what its only owner left", [["a", "gone"]], { kind: "delete" }],
    [
      "strikes a gone owner off while another one holds",
      [
        ["a", "gone"],
        ["b", "there"],
      ],
      { kind: "strike", uids: ["a"] },
    ],
    ["deletes for an owner that waits in the foreground", [["a", "waitsForDependents"]], { kind: "delete" }],
    [
      "deletes when all owners are gone or wait",
      [
        ["a", "gone"],
        ["b", "waitsForDependents"],
      ],
      { kind: "delete" },
    ],
    [
      "keeps for one that lives beside one that waits",
      [
        ["a", "there"],
        ["b", "waitsForDependents"],
      ],
      { kind: "keep" },
    ],
  ])("%s", (_claim, states, verdict) => {
    expect(judgeDependent(new Map(states))).toEqual(verdict);
  });
});

describe("owner references", () => {
  it("name a kind by group, version and kind", () => {
    expect(kindOf(reference, [ConfigMap, NodeGroup])).toBe(NodeGroup);
    expect(kindOf({ ...reference, apiVersion: "other.dev/v1" }, [NodeGroup])).toBeUndefined();
  });

  it("mean an owner in the same namespace, or one without", () => {
    const dependent = configMapOf("c", {});
    expect(ownerKey(reference, NodeGroup, dependent)).toEqual({ namespace: "default", name: "lab" });
    expect(ownerKey({ ...reference, name: "default" }, Namespace, dependent)).toEqual({ name: "default" });
  });

  it("are found by uid", () => {
    const owned = { ...configMapOf("c", {}), metadata: { name: "c", ownerReferences: [reference] } };
    expect([ownerUids(owned), ownerUids(configMapOf("c", {}))]).toEqual([["u1"], []]);
  });
});
