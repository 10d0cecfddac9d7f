import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asJson, asJsonObject } from "../../controller/base/as-json.ts";
import { deepFreeze } from "../../controller/base/deep-freeze.ts";

describe("asJson", () => {
  it("gives what a way over JSON text gives, frozen or not", () => {
    const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (value, frozen) => {
        const text = JSON.stringify(value);
        const wanted = text === undefined ? null : JSON.parse(text);
        expect(JSON.stringify(asJson(frozen ? deepFreeze(value) : value))).toBe(JSON.stringify(wanted));
      }),
    );
  });

  it("shares frozen data, and copies whatever its owner may still change", () => {
    const frozen = deepFreeze({ list: [1, { a: "b" }] });
    expect(asJson(frozen)).toBe(frozen);
    const open = { frozen, list: [1] };
    const json = asJson(open);
    expect(json).toEqual(open);
    expect(json).not.toBe(open);
    expect(asJsonObject(json).list).not.toBe(open.list);
    expect(asJsonObject(json).frozen).toBe(frozen);
  });

  it("copies frozen data that holds something JSON has not", () => {
    const holed = deepFreeze({ inner: { a: undefined, b: 1 } });
    expect(Object.keys(asJsonObject(asJsonObject(holed).inner))).toEqual(["b"]);
    expect(asJson(deepFreeze([undefined, Number.NaN]))).toEqual([null, null]);
  });

  it("makes an object of nothing an empty one", () => {
    expect(asJsonObject(undefined)).toEqual({});
    expect(asJsonObject([1])).toEqual({});
  });
});
