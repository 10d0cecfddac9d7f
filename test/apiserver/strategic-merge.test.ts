import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strategicMerge } from "../../controller/apiserver/strategic-merge.ts";
import { isSporeError } from "../../controller/base/errors.ts";
import type { JsonObject, JsonValue } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";

const schema: JsonSchemaProps = {
  type: "object",
  properties: {
    conditions: {
      type: "array",
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      items: { type: "object", properties: { type: { type: "string" }, status: { type: "string" } } },
    },
    set: { type: "array", "x-kubernetes-patch-strategy": "merge", items: { type: "string" } },
    atomic: { type: "array", items: { type: "string" } },
    map: { type: "object", additionalProperties: { type: "string" } },
  },
};
const two = {
  conditions: [
    { type: "A", status: "True" },
    { type: "B", status: "True" },
  ],
};

/** Title, live, patch, result. */
const cases: readonly (readonly [string, JsonObject, JsonObject, JsonObject])[] = [
  ["merges maps", { map: { a: "1" } }, { map: { b: "2" } }, { map: { a: "1", b: "2" } }],
  ["removes with null", { map: { a: "1", b: "2" } }, { map: { a: null } }, { map: { b: "2" } }],
  ["replaces atomic lists", { atomic: ["a"] }, { atomic: ["b"] }, { atomic: ["b"] }],
  ["unites sets", { set: ["a", "b"] }, { set: ["b", "c"] }, { set: ["a", "b", "c"] }],
  ["takes items out of a set", { set: ["a", "b"] }, { "$deleteFromPrimitiveList/set": ["a"] }, { set: ["b"] }],
  [
    "takes out and puts in",
    { set: ["a", "b"] },
    { "$deleteFromPrimitiveList/set": ["a"], "$setElementOrder/set": ["c", "b"], set: ["c"] },
    { set: ["c", "b"] },
  ],
  [
    "merges items by their key",
    two,
    {
      conditions: [
        { type: "B", status: "False" },
        { type: "C", status: "True" },
      ],
    },
    {
      conditions: [
        { type: "A", status: "True" },
        { type: "B", status: "False" },
        { type: "C", status: "True" },
      ],
    },
  ],
  [
    "deletes an item by its key",
    two,
    { conditions: [{ type: "A", $patch: "delete" }] },
    { conditions: [{ type: "B", status: "True" }] },
  ],
  ["deletes no item that is not there", two, { conditions: [{ type: "X", $patch: "delete" }] }, two],
  [
    "replaces a whole list",
    two,
    { conditions: [{ $patch: "replace" }, { type: "C" }] },
    { conditions: [{ type: "C" }] },
  ],
  [
    "orders items",
    two,
    { "$setElementOrder/conditions": [{ type: "B" }, { type: "A" }] },
    {
      conditions: [
        { type: "B", status: "True" },
        { type: "A", status: "True" },
      ],
    },
  ],
  ["replaces a map", { map: { a: "1" } }, { map: { $patch: "replace", b: "2" } }, { map: { b: "2" } }],
  ["empties a map", { map: { a: "1" } }, { map: { $patch: "delete" } }, { map: {} }],
  [
    "retains the keys that it lists",
    { map: { a: "1", b: "2" } },
    { map: { $retainKeys: ["b", "c"], c: "3" } },
    { map: { b: "2", c: "3" } },
  ],
  [
    "merges finalizers",
    { metadata: { finalizers: ["a"] } },
    { metadata: { finalizers: ["b"] } },
    { metadata: { finalizers: ["a", "b"] } },
  ],
  [
    "merges owners by uid",
    { metadata: { ownerReferences: [{ uid: "1", name: "a" }] } },
    { metadata: { ownerReferences: [{ uid: "2", name: "b" }] } },
    {
      metadata: {
        ownerReferences: [
          { uid: "1", name: "a" },
          { uid: "2", name: "b" },
        ],
      },
    },
  ],
];

const malformed: readonly (readonly [string, JsonObject])[] = [
  ["an unknown directive", { $frobnicate: true }],
  ["an unknown $patch", { map: { $patch: "obliterate" } }],
  ["an item without its key", { conditions: [{ status: "True" }] }],
  ["an order that is no list", { "$setElementOrder/set": "a" }],
];

describe("strategicMerge", () => {
  it.each(cases)("%s", (_title, live, patch, result) => {
    const before = JSON.stringify([live, patch]);
    expect(strategicMerge(live, patch, schema)).toEqual(result);
    expect(JSON.stringify([live, patch])).toBe(before);
  });

  it.each(malformed)("refuses %s", (_title, patch) => {
    expect(() => strategicMerge(two, patch, schema)).toThrow(expect.objectContaining({ code: "SPORE_BAD_REQUEST" }));
  });

  it("is a merge patch where the schema marks no lists", () => {
    const object = fc.dictionary(
      fc.string().filter((key) => !key.startsWith("$")),
      fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer()), fc.constant(null)),
    );
    fc.assert(
      fc.property(object, object, (live, patch) => {
        const merged = strategicMerge(live as JsonObject, patch as JsonObject, { type: "object" });
        expect(merged).toEqual(mergePatch(live as JsonValue, patch as JsonValue));
      }),
    );
  });

  it("does not compare long lists each with each", () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
    const reversed = names.toReversed();
    const others = names.map((name) => `other-${name}`);
    const conditions = (types: readonly string[]) => types.map((type) => ({ type }));
    const before = process.cpuUsage();
    const set = strategicMerge({ set: names }, { set: others, "$setElementOrder/set": reversed }, schema);
    const merged = strategicMerge({ conditions: conditions(names) }, { conditions: conditions(others) }, schema);
    const left = strategicMerge({ set: names }, { "$deleteFromPrimitiveList/set": reversed.slice(1) }, schema);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3); // seconds; each with each takes a minute
    expect(set.set).toEqual(["n19999", ...others, ...reversed.slice(1)]);
    expect(merged.conditions).toEqual(conditions([...names, ...others]));
    expect(left.set).toEqual(["n19999"]);
  });

  it("answers any patch with an object or a SporeError", () => {
    const key = fc.constantFrom(
      "conditions",
      "set",
      "map",
      "metadata",
      "finalizers",
      "$patch",
      "$setElementOrder/set",
      "$retainKeys",
      "type",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.constantFrom("replace", "delete", "a", null, 1),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(key, tie("any")),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.dictionary(key, value), (live, patch) => {
        try {
          strategicMerge(live as JsonObject, patch as JsonObject, schema);
        } catch (error) {
          expect(isSporeError(error, "SPORE_BAD_REQUEST")).toBe(true);
        }
      }),
    );
  });
});
