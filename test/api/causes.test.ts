import { describe, expect, it } from "vitest";
import { duplicateValue, invalidValue, shownValue, unsupportedValue } from "../../controller/api/causes.ts";

describe("causes", () => {
  it("show the value as JSON, and no more of it than a person reads", () => {
    expect(shownValue({ a: [1, null] })).toBe('{"a":[1,null]}');
    expect(shownValue("x".repeat(1000))).toHaveLength(257);
    expect(invalidValue("spec.owner", "x".repeat(1000), "why").message).toMatch(/…: why$/);
  });

  it("say what else there is, and what is there twice", () => {
    expect(unsupportedValue("dryRun", "some", ["All", "None"])).toEqual({
      reason: "FieldValueNotSupported",
      message: 'Unsupported value: "some": supported values: "All", "None"',
      field: "dryRun",
    });
    expect(duplicateValue("spec.versions[1].name", "v1").message).toBe('Duplicate value: "v1"');
  });
});
