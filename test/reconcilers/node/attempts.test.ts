import { describe, expect, it } from "vitest";
import { isExhausted, withFailure } from "../../../controller/reconcilers/node/attempts.ts";

describe("failed attempts", () => {
  it("count up for one image and start anew for another", () => {
    const once = withFailure(undefined, "d", "VersionMismatch");
    const twice = withFailure(once, "d", "RebootTimeout");
    expect(twice).toEqual({ digest: "d", count: 2, reason: "RebootTimeout" });
    expect(withFailure(twice, "e", "Reset")).toEqual({ digest: "e", count: 1, reason: "Reset" });
  });

  it.each([
    [2, "VersionMismatch", false],
    [3, "VersionMismatch", true],
    [1, "CrashLoop", true],
    [1, "TooLarge", true],
  ])("%i times %s gives up: %s", (count, reason, gaveUp) => {
    expect(isExhausted({ digest: "d", count, reason }, "d")).toBe(gaveUp);
    expect(isExhausted({ digest: "d", count, reason }, "e")).toBe(false);
  });
});
