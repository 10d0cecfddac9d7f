import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeFieldValue, matchesFieldTerms, parseFieldSelector } from "../../controller/api/field-selector-text.ts";

const fields: Readonly<Record<string, string>> = { "metadata.name": "a", "status.phase": "x,y" };
const fieldOf = (path: string) => fields[path] ?? "";

describe("parseFieldSelector", () => {
  it.each([
    ["", true],
    ["metadata.name=a", true],
    ["metadata.name==a,", true],
    ["metadata.name!=a", false],
    ["metadata.name=a,status.phase=x\\,y", true],
    ["missing=", true],
    ["missing!=x", true],
  ])("%j matches: %s", (text, verdict) => {
    expect(matchesFieldTerms(parseFieldSelector(text), fieldOf)).toBe(verdict);
  });

  it.each(["metadata.name", "=a", "a=b=c", "a=\\", "a=\\x"])("refuses %j", (text) => {
    expect(() => parseFieldSelector(text)).toThrow(expect.objectContaining({ code: "SPORE_BAD_REQUEST" }));
  });

  it("reads every value that escapeFieldValue wrote", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(parseFieldSelector(`a=${escapeFieldValue(a)},b!=${escapeFieldValue(b)}`)).toEqual([
          { path: "a", operator: "=", value: a },
          { path: "b", operator: "!=", value: b },
        ]);
      }),
    );
  });
});
