import { describe, expect, it } from "vitest";
import { isEmptySelector, type LabelRequirement, matchesSelector } from "../../controller/api/selector.ts";

const labels = { room: "lab", tier: "a" };

describe("matchesSelector", () => {
  it.each<[LabelRequirement, boolean]>([
    [{ key: "room", operator: "In", values: ["lab", "attic"] }, true],
    [{ key: "room", operator: "In", values: ["attic"] }, false],
    [{ key: "room", operator: "In" }, false],
    [{ key: "room", operator: "NotIn", values: ["lab"] }, false],
    [{ key: "other", operator: "NotIn", values: ["lab"] }, true],
    [{ key: "room", operator: "NotIn" }, true],
    [{ key: "room", operator: "Exists" }, true],
    [{ key: "other", operator: "Exists" }, false],
    [{ key: "other", operator: "DoesNotExist" }, true],
    [{ key: "constructor", operator: "Exists" }, false],
    [{ key: "constructor", operator: "DoesNotExist" }, true],
  ])("answers %j", (requirement, expected) => {
    expect(matchesSelector({ matchExpressions: [requirement] }, labels)).toBe(expected);
  });

  it("wants every label and every requirement", () => {
    const matchExpressions = [{ key: "tier", operator: "Exists" }] as const;
    expect(matchesSelector({ matchLabels: { room: "lab" }, matchExpressions }, labels)).toBe(true);
    expect(matchesSelector({ matchLabels: { room: "attic" }, matchExpressions }, labels)).toBe(false);
    expect(matchesSelector({ matchLabels: { room: "lab" }, matchExpressions }, { room: "lab" })).toBe(false);
  });
});

describe("isEmptySelector", () => {
  it("is true of what demands nothing", () => {
    expect([{}, { matchLabels: {} }, { matchExpressions: [] }].every(isEmptySelector)).toBe(true);
    expect(isEmptySelector({ matchLabels: { a: "b" } })).toBe(false);
    expect(isEmptySelector({ matchExpressions: [{ key: "a", operator: "Exists" }] })).toBe(false);
  });
});
