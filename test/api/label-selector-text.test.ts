import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesLabelTerms, parseLabelSelector } from "../../controller/api/label-selector-text.ts";
import { isSporeError } from "../../controller/base/errors.ts";

const labels = { app: "web", tier: "front", size: "5", empty: "" };
const unreadable = "app=web,|a b|in (a)|app in (a|app in a)|app in ((a))|=a|a=b=c|a>x|-a|a=b c|!|a==,,b".split("|");

describe("parseLabelSelector", () => {
  it.each([
    ["", true],
    ["app=web", true],
    ["app==web,tier=front", true],
    [" app = web , tier in ( front , back ) ", true],
    ["app=db", false],
    ["app!=db", true],
    ["missing!=db", true],
    ["missing notin (a,b)", true],
    ["tier notin (front)", false],
    ["app", true],
    ["missing", false],
    ["!missing", true],
    ["!app", false],
    ["empty=", true],
    ["empty in (,x)", true],
    ["size>4", true],
    ["size>5", false],
    ["size<6,size>-1", true],
    ["app>1", false],
    ["constructor", false],
    ["spore.dev/family", false],
  ])("%j matches: %s", (text, verdict) => {
    expect(matchesLabelTerms(parseLabelSelector(text), labels)).toBe(verdict);
  });

  it.each(unreadable)("refuses %j", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: "SPORE_BAD_REQUEST" }));
  });

  it("answers any text with terms or a SporeError, in time", () => {
    const unit = fc.constantFrom("a", "(", ")", ",", "=", "!", " ", "in", "notin", ">", "/");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (selector) => {
        try {
          matchesLabelTerms(parseLabelSelector(selector), labels);
        } catch (error) {
          expect(isSporeError(error, "SPORE_BAD_REQUEST")).toBe(true);
        }
      }),
    );
  });
});
