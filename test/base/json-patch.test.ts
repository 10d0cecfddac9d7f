import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import type { JsonValue } from "../../controller/base/json.ts";
import { applyJsonPatch, parseJsonPatch } from "../../controller/base/json-patch.ts";

function patched(document: JsonValue, operations: JsonValue): JsonValue {
  return applyJsonPatch(document, parseJsonPatch(operations));
}

/** RFC 6902, appendix A, and the corners between its examples: title, document, patch, result. */
const works: readonly (readonly [string, JsonValue, JsonValue, JsonValue])[] = [
  ["A.1 adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
  ["A.2 adds an element", { foo: ["r", "z"] }, [{ op: "add", path: "/foo/1", value: "q" }], { foo: ["r", "q", "z"] }],
  ["A.3 removes a member", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
  ["A.4 removes an element", { foo: ["a", "b", "c"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["a", "c"] }],
  ["A.5 replaces a value", { a: "q", b: "b" }, [{ op: "replace", path: "/a", value: "boo" }], { a: "boo", b: "b" }],
  [
    "A.6 moves a value",
    { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  ],
  [
    "A.7 moves an element",
    { foo: ["all", "grass", "cows", "eat"] },
    [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    { foo: ["all", "cows", "eat", "grass"] },
  ],
  [
    "A.8 tests values",
    { baz: "q", foo: ["a", 2] },
    [{ op: "test", path: "/foo/1", value: 2 }],
    { baz: "q", foo: ["a", 2] },
  ],
  ["A.10 adds an object", { a: 1 }, [{ op: "add", path: "/child", value: { b: {} } }], { a: 1, child: { b: {} } }],
  ["A.11 ignores the unknown", { a: 1 }, [{ op: "add", path: "/b", value: "q", xyz: 123 }], { a: 1, b: "q" }],
  ["A.14 reads ~0 and ~1", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
  ["A.16 appends", { foo: ["a"] }, [{ op: "add", path: "/foo/-", value: ["b", "c"] }], { foo: ["a", ["b", "c"]] }],
  ["replaces the whole", { a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
  ["copies a value", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
  [
    "tests in any order",
    { a: { x: 1, y: 2 } },
    [{ op: "test", path: "/a", value: { y: 2, x: 1 } }],
    { a: { x: 1, y: 2 } },
  ],
  ["takes an empty key", { "": 1 }, [{ op: "replace", path: "/", value: 2 }], { "": 2 }],
];

const failing: readonly (readonly [string, JsonValue, JsonValue])[] = [
  ["A.9 a failed test", { baz: "qux" }, [{ op: "test", path: "/baz", value: "bar" }]],
  ["A.12 a parent that is not there", { foo: "bar" }, [{ op: "add", path: "/baz/bat", value: "qux" }]],
  ["A.15 a string for a number", { "~1": 10 }, [{ op: "test", path: "/~01", value: "10" }]],
  ["an index behind the end", { foo: [1] }, [{ op: "add", path: "/foo/2", value: 1 }]],
  ["an index with a leading zero", { foo: [1, 2] }, [{ op: "remove", path: "/foo/01" }]],
  ["- where something must be", { foo: [1] }, [{ op: "remove", path: "/foo/-" }]],
  ["a key that is not there", { foo: 1 }, [{ op: "remove", path: "/bar" }]],
  ["a replaced key that is not there", { foo: 1 }, [{ op: "replace", path: "/bar", value: 1 }]],
  ["an inherited key", {}, [{ op: "test", path: "/constructor", value: null }]],
  ["a move into itself", { a: { b: 1 } }, [{ op: "move", from: "/a", path: "/a/c" }]],
];

const malformed: readonly (readonly [string, JsonValue])[] = [
  ["no array", { op: "add" }],
  ["no object", [1]],
  ["an unknown op", [{ op: "spam", path: "/a", value: 1 }]],
  ["no path", [{ op: "add", value: 1 }]],
  ["no value", [{ op: "add", path: "/a" }]],
  ["a path without a slash", [{ op: "remove", path: "a" }]],
  ["a bad escape", [{ op: "remove", path: "/a~2" }]],
  ["a copy without from", [{ op: "copy", path: "/a" }]],
];

describe("applyJsonPatch", () => {
  it.each(works)("%s", (_title, document, patch, result) => {
    const before = JSON.stringify(document);
    expect(patched(document, patch)).toEqual(result);
    expect(JSON.stringify(document)).toBe(before);
  });

  it.each(failing)("refuses %s", (_title, document, patch) => {
    expect(() => patched(document, patch)).toThrow(expect.objectContaining({ code: "SPORE_INVALID" }));
  });

  it.each(malformed)("calls %s malformed", (_title, patch) => {
    expect(() => parseJsonPatch(patch)).toThrow(expect.objectContaining({ code: "SPORE_BAD_REQUEST" }));
  });

  it("stops copies of copies before they fill the memory", () => {
    const doubling = Array.from({ length: 40 }, () => ({ op: "copy", from: "/a", path: "/a/-" }));
    expect(() => patched({ a: ["x".repeat(100)] }, doubling)).toThrow(
      expect.objectContaining({ code: "SPORE_INVALID" }),
    );
  });

  it("stops copies and moves that would nest deeper than any document may", () => {
    let deep: JsonValue = {};
    for (let level = 1; level < 200; level++) deep = { a: deep };
    const bottom = "/a".repeat(199);
    expect(() => patched(deep, [{ op: "copy", from: "", path: `${bottom}/a` }])).toThrow(
      expect.objectContaining({ code: "SPORE_INVALID", message: expect.stringContaining("256 levels") }),
    );
    expect(() => patched(deep, [{ op: "add", path: `${bottom}/a`, value: deep }])).toThrow("256 levels");
    expect(() => patched({ a: deep, b: deep }, [{ op: "move", from: "/b", path: `/a${bottom}/a` }])).toThrow("256");
    expect(patched({ a: deep }, [{ op: "move", from: "/a", path: "/b" }])).toEqual({ b: deep });
  });

  it("copies a large container once, not for each operation", () => {
    const data = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`old${index}`, ""]));
    const adds = Array.from({ length: 5000 }, (_, index) => ({ op: "add", path: `/data/new${index}`, value: "" }));
    const before = process.cpuUsage();
    expect(Object.keys(Object(patched({ data }, adds)).data)).toHaveLength(25_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5); // seconds; a copy for each takes a minute
    expect(Object.keys(data)).toHaveLength(20_000);
  });

  it("stops at 10,000 operations", () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: null }));
    expect(() => parseJsonPatch(many)).toThrow(expect.objectContaining({ code: "SPORE_TOO_LARGE" }));
  });

  it("keeps __proto__ a plain key", () => {
    const result = patched({}, [{ op: "add", path: "/__proto__", value: { polluted: true } }]);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  it("gives the same whether operations come together or one by one", () => {
    const short = fc.array(fc.constantFrom("a", "b", "0", "-"), { maxLength: 3 });
    const near = short.map((parts) => parts.map((part) => `/${part}`).join(""));
    const value = fc.constantFrom<JsonValue>(1, { a: {} }, { a: [1], b: { a: 2 } }, [[]]);
    const operations = fc.array(
      fc.record({ op: fc.constantFrom("add", "remove", "replace", "move", "copy"), path: near, from: near, value }),
    );
    let carriedOut = 0;
    fc.assert(
      fc.property(value, operations, (document, wanted) => {
        const done: JsonValue[] = [];
        let expected: JsonValue = document;
        for (const operation of wanted) {
          try {
            expected = patched(expected, [operation]);
            done.push(operation);
          } catch (error) {
            expect(isSporeError(error)).toBe(true);
          }
        }
        const before = JSON.stringify([document, done]);
        expect(patched(document, done)).toEqual(expected);
        expect(JSON.stringify([document, done])).toBe(before);
        carriedOut += done.length;
      }),
      { numRuns: 500 },
    );
    expect(carriedOut).toBeGreaterThan(500);
  });

  it("answers anything at all with a result or a SporeError", () => {
    const token = fc.constantFrom("", "a", "0", "-", "~0", "__proto__");
    const pointer = fc.array(token).map((parts) => parts.map((part) => `/${part}`).join(""));
    const op = fc.constantFrom("add", "remove", "replace", "move", "copy", "test");
    const operation = fc.record(
      { op, path: pointer, from: pointer, value: fc.jsonValue() },
      { requiredKeys: ["op", "path"] },
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(operation), (document, operations) => {
        try {
          JSON.stringify(patched(document as JsonValue, operations as JsonValue));
        } catch (error) {
          expect(isSporeError(error)).toBe(true);
        }
      }),
    );
  });
});
