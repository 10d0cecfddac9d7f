import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesFieldTerms, parseFieldSelector } from "../../controller/api/field-selector-text.ts";

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

  it("reads every value whose \\, commas and equals signs stand behind a backslash", () => {
    const escaped = (value: string) => value.replaceAll(/[\\,=]/g, "\\$&");
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(parseFieldSelector(`a=${escaped(a)},b!=${escaped(b)}`)).toEqual([
          { path: "a", operator: "=", value: a },
          { path: "b", operator: "!=", value: b },
        ]);
      }),
    );
  });
});
