import { describe, expect, it } from "vitest";
import { judgeDependent, type OwnerState, ownersOf } from "../../../controller/apiserver/garbage/owners.ts";

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

describe("ownersOf", () => {
  it("reads what an object says, and takes nonsense for nothing", () => {
    const reference = { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "u" };
    expect(
      ownersOf({ metadata: { ownerReferences: [reference, 5, { ...reference, blockOwnerDeletion: true }] } }),
    ).toEqual([
      { ...reference, blocks: false },
      { ...reference, blocks: true },
    ]);
    expect([ownersOf({}), ownersOf({ metadata: { ownerReferences: "all" } })]).toEqual([[], []]);
  });
});
