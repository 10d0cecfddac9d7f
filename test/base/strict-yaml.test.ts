import { describe, expect, it } from "vitest";
import { parseStrictYaml } from "../../controller/base/strict-yaml.ts";

describe("parseStrictYaml", () => {
  it.each([
    ["JSON", '{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ["blocks", "a:\n  - 1\n  - b: ~\n", { a: [1, { b: null }] }],
    ["a flow mapping that is no JSON", "{a: b, c: [d]}", { a: "b", c: ["d"] }],
    ["an anchor", "a: &x {b: c}\nd: *x\n", { a: { b: "c" }, d: { b: "c" } }],
    ["words that older YAML takes for booleans", "a: [yes, on, n]", { a: ["yes", "on", "n"] }],
    ["an integer that just fits", "a: 9007199254740991", { a: 9007199254740991 }],
    ["a text", "hello", "hello"],
    ["nothing", "# a comment\n", null],
    ["names that programs trip over", "constructor: {toString: 1}", { constructor: { toString: 1 } }],
  ])("reads %s", (_what, text, value) => {
    expect(parseStrictYaml(text)).toEqual({ value, duplicates: [] });
  });

  it("tells of keys that come twice, and lets the last one count", () => {
    expect(parseStrictYaml("a: 1\nb: {c: [{d: 1, d: 2}]}\na: 3\n")).toEqual({
      value: { a: 3, b: { c: [{ d: 2 }] } },
      duplicates: ["b.c[0].d", "a"].sort((x, y) => x.length - y.length).reverse(),
    });
    expect(parseStrictYaml('{"a": 1, "a": 2}')).toEqual({ value: { a: 2 }, duplicates: ["a"] });
  });

  it.each([
    ["text that is no YAML", "a: [b", "SPORE_BAD_REQUEST"],
    ["several documents", "a: b\n---\nc: d\n", "SPORE_BAD_REQUEST"],
    ["an integer that would be rounded", "a: 9007199254740993", "SPORE_BAD_REQUEST"],
    ["a number without end", "a: .inf", "SPORE_BAD_REQUEST"],
    ["a key that is a prototype", "__proto__: {a: b}", "SPORE_BAD_REQUEST"],
    ["deep nesting", `a: ${"[".repeat(300)}${"]".repeat(300)}`, "SPORE_BAD_REQUEST"],
    ["nesting without end", "[".repeat(100_000), "SPORE_BAD_REQUEST"],
    ["deep JSON", `{"a": ${"[".repeat(300)}${"]".repeat(300)}}`, "SPORE_BAD_REQUEST"],
    ["a bomb of aliases", bomb(), "SPORE_BAD_REQUEST"],
    ["more than a mebibyte", `a: ${"x".repeat(1024 * 1024)}`, "SPORE_TOO_LARGE"],
  ])("refuses %s", (_what, text, code) => {
    expect(() => parseStrictYaml(text)).toThrow(expect.objectContaining({ code }));
  });

  it("takes no longer for many keys than they are many", () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `key-${at}: ${at}`).join("\n");
    const before = process.cpuUsage();
    expect(parseStrictYaml(keys).duplicates).toEqual([]);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5); // seconds; compared each with each it would be minutes
  });
});

function bomb(): string {
  const levels = Array.from({ length: 20 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}, *l${at}]`);
  return ["l0: &l0 [x]", ...levels].join("\n");
}
