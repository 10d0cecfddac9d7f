import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type JsonValue } from "../../controller/base/json.ts";
import { isSameJson } from "../../controller/base/same-json.ts";

describe("isSameJson", () => {
  it("agrees with canonical JSON", () => {
    const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(isSameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(isSameJson(a, JSON.parse(JSON.stringify(a)))).toBe(true);
      }),
    );
  });

  it("tells an array from an object, null from absent, and inherited from own", () => {
    expect(isSameJson([], {})).toBe(false);
    expect(isSameJson({}, [])).toBe(false);
    expect(isSameJson(null, undefined)).toBe(false);
    expect(isSameJson({ constructor: 1 }, { other: 1 })).toBe(false);
  });
});
