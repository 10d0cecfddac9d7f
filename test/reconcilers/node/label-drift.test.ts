import { describe, expect, it } from "vitest";
import {
  compareLabels,
  type DeviceLabels,
  type LabelDrift,
  withVersionLabel,
} from "../../../controller/reconcilers/node/label-drift.ts";

describe("compareLabels", () => {
  it.each<[string, DeviceLabels, DeviceLabels | undefined, string[], LabelDrift]>([
    ["nothing wanted, nothing pushed", {}, { a: "1" }, [], { kind: "notWanted" }],
    ["labels that nobody can see", { a: "1" }, undefined, [], { kind: "unknown" }],
    ["a foreign label beside ours", { a: "1" }, { a: "1", own: "x" }, ["a"], { kind: "current" }],
    [
      "a missing and a wrong one",
      { a: "1", b: "2" },
      { b: "3" },
      [],
      { kind: "drifted", set: { a: "1", b: "2" }, remove: [] },
    ],
    [
      "one that we pushed and that is no longer wanted",
      { a: "1" },
      { a: "1", old: "x" },
      ["a", "old"],
      { kind: "drifted", set: {}, remove: ["old"] },
    ],
    ["one that we pushed and that is gone by itself", { a: "1" }, { a: "1" }, ["old"], { kind: "current" }],
    ["the last one we pushed", {}, { old: "x" }, ["old"], { kind: "drifted", set: {}, remove: ["old"] }],
  ])("answers for %s", (_case, desired, observed, pushed, verdict) => {
    expect(compareLabels(desired, observed, pushed)).toEqual(verdict);
  });
});

describe("withVersionLabel", () => {
  const seven = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`k${index}`, "v"]));

  it("adds the running version", () => {
    expect(withVersionLabel({ a: "1" }, "1.1.0", {})).toEqual({ a: "1", version: "1.1.0" });
  });

  it.each<[string, DeviceLabels, string | undefined, DeviceLabels]>([
    ["the version is not known", { a: "1" }, undefined, {}],
    ["the template has a version of its own", { version: "mine" }, "1.1.0", {}],
    ["the device has no room", { a: "1" }, "1.1.0", seven],
  ])("leaves the template alone where %s", (_case, template, version, observed) => {
    expect(withVersionLabel(template, version, observed)).toEqual(template);
  });

  it("replaces a version label on a full device", () => {
    expect(withVersionLabel({}, "1.1.0", { ...seven, version: "1.0.0" })).toEqual({ version: "1.1.0" });
  });
});
