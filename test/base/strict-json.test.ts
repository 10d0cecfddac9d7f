import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { parseStrictJson } from "../../controller/base/strict-json.ts";

const refused = expect.objectContaining({ code: "SPORE_BAD_REQUEST" });

describe("parseStrictJson", () => {
  it.each([
    ['{"a":1,"a":2}', ["a"]],
    ['{"spec":{"image":"x","image":"y"}}', ["spec.image"]],
    ['{"a":[{"b":1},{"b":1,"b":{}}]}', ["a[1].b"]],
    ['{"a":1,"\\u0061":2}', ["a"]],
    ['{"a":"a","b":"a","c":["a","a"]}', []],
    ['{"a" : 1 ,\n "a"\t: 2}', ["a"]],
    ['{"":1,"":2}', [""]],
    ['{"a":{"x":1},"b":{"x":1}}', []],
    ['{"a\\"b":1,"a\\"b":2}', ['a"b']],
    ['"just text, with a colon: yes"', []],
  ])("finds in %s the duplicates %j", (text, duplicates) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text), duplicates });
  });

  it("names a hundred duplicates, and the beginning of each path: a hostile document holds millions of long ones", () => {
    const inner = Array.from({ length: 1000 }, () => '"a":1').join(",");
    const { duplicates } = parseStrictJson(`{"${"k".repeat(1000)}":{${inner}}}`);
    expect(duplicates).toHaveLength(100);
    expect(duplicates[0]).toBe(`${"k".repeat(200)}…`);
  });

  it.each([
    ["", "not valid JSON"],
    ["{", "not valid JSON"],
    ["{'a':1}", "not valid JSON"],
    ['{"a":{"__proto__":1}}', "a.__proto__"],
    ['{"\\u005f_proto__":1}', "__proto__"],
    ['{"spec":{"size":9007199254740993}}', "spec.size"],
    ['{"size":-9007199254740993}', "size"],
    ['{"size":1e999}', "size"],
    ["[".repeat(257) + "]".repeat(257), "257"],
  ])("refuses %j", (text, part) => {
    const hint = part === "257" ? "nests more than" : part;
    expect(() => parseStrictJson(text)).toThrow(refused);
    expect(() => parseStrictJson(text)).toThrow(hint);
  });

  it("survives a megabyte of brackets", () => {
    expect(() => parseStrictJson("[".repeat(1 << 20))).toThrow(refused);
    expect(() => parseStrictJson("[".repeat(1 << 20) + "]".repeat(1 << 20))).toThrow(refused);
  });

  it("reads what JSON.stringify writes and finds nothing wrong with it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        const unsafe = /__proto__|\d{16}/.test(text);
        try {
          expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text), duplicates: [] });
        } catch (error) {
          if (!isSporeError(error) || !unsafe) throw error;
        }
      }),
    );
  });
});
