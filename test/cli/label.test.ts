import { describe, expect, it } from "vitest";
import { labelPatch } from "../../controller/cli/label.ts";

describe("labelPatch", () => {
  it("sets, removes, and takes a value that is already there", () => {
    expect(labelPatch(["a=1", "spore.dev/b-", "c="], { a: "1" }, false)).toEqual({
      a: "1",
      "spore.dev/b": null,
      c: "",
    });
  });

  it("changes a value only with --overwrite", () => {
    expect(() => labelPatch(["a=2"], { a: "1" }, false)).toThrow('label a already has the value "1"');
    expect(labelPatch(["a=2"], { a: "1" }, true)).toEqual({ a: "2" });
  });
});
