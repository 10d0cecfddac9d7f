import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";
import { structuralCauses } from "../../controller/schema/structural-rules.ts";
import { sporeKinds } from "../support/spore-kinds.ts";

const run = { group: "spore.dev", version: "v1alpha1", kind: "Run" };

/** Few names, some of them treacherous, so that objects and schemas meet. */
const names = fc.constantFrom(
  "a",
  "b",
  "name",
  "metadata",
  "apiVersion",
  "__proto__",
  "constructor",
  "toString",
  "a/b",
  "",
);
const leaves = fc.constantFrom<JsonValue>(null, true, 0, 7, -1.5, 2 ** 53, "", "x", "2026-11-20T00:00:00Z");

const { json } = fc.letrec<{ json: JsonValue; object: JsonObject }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaves,
    fc.array(tie("json"), { maxLength: 3 }),
    tie("object"),
  ),
  object: members(tie("json")),
}));
const object: fc.Arbitrary<JsonObject> = members(json);

/** Own members whatever the name, as JSON.parse makes them. */
function members(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(names, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

const flags: fc.Arbitrary<JsonSchemaProps> = fc.record({ nullable: fc.boolean() }, { requiredKeys: [] });
const scalars = fc.oneof(
  fc.record({ type: fc.constant("string" as const), default: fc.constant("x") }, { requiredKeys: ["type"] }),
  fc.record(
    { type: fc.constant("integer" as const), default: fc.constant(7), maximum: fc.constant(9) },
    { requiredKeys: ["type"] },
  ),
  fc.constant<JsonSchemaProps>({ "x-kubernetes-int-or-string": true }),
  fc.constant<JsonSchemaProps>({ "x-kubernetes-preserve-unknown-fields": true }),
);
/** Structural schemas with sound defaults. */
const { schema } = fc.letrec<{ schema: JsonSchemaProps; properties: Record<string, JsonSchemaProps> }>((tie) => ({
  properties: fc.dictionary(
    names.filter((name) => name !== "metadata" && name !== "__proto__"),
    tie("schema"),
    { maxKeys: 4 },
  ),
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(scalars, flags).map(([scalar, flag]) => ({ ...scalar, ...flag })),
    fc.record({ type: fc.constant("array" as const), items: tie("schema") }),
    fc.record({ type: fc.constant("object" as const), additionalProperties: tie("schema") }),
    fc.record(
      {
        type: fc.constant("object" as const),
        properties: tie("properties"),
        default: fc.constant({}),
        "x-kubernetes-preserve-unknown-fields": fc.constant(true),
      },
      { requiredKeys: ["type", "properties"] },
    ),
  ),
}));
const root = fc
  .dictionary(fc.constantFrom("a", "b", "name", "spec"), schema, { maxKeys: 4 })
  .map((properties): JsonSchemaProps => ({ type: "object", properties }));

function deeplyFrozen<T extends JsonValue>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deeplyFrozen(inner);
  return Object.freeze(value);
}

describe("a compiled schema, whatever the object", () => {
  it("prunes once and for all, and leaves its input alone", () => {
    fc.assert(
      fc.property(root, object, (schema, given) => {
        const { prune } = compileSchema(schema, run);
        const before = JSON.stringify(given);
        const { object: pruned, unknown } = prune(deeplyFrozen(given));
        expect(prune(pruned)).toEqual({ object: pruned, unknown: [] });
        expect(unknown.length === 0).toBe(pruned === given);
        expect(JSON.stringify(given)).toBe(before);
      }),
    );
  });

  it("defaults once and for all, with nothing that it would prune again", () => {
    fc.assert(
      fc.property(root, object, (schema, given) => {
        const { prune, applyDefaults } = compileSchema(schema, run);
        const { object: pruned } = prune(given);
        const filled = applyDefaults(deeplyFrozen(pruned));
        expect(applyDefaults(filled)).toBe(filled);
        expect(prune(filled).unknown).toEqual([]);
      }),
    );
  });

  it("settles what changed as it would settle the whole", () => {
    fc.assert(
      fc.property(root, object, object, fc.boolean(), (schema, before, change, deep) => {
        const { prune, applyDefaults } = compileSchema(schema, run);
        const settled = applyDefaults(prune(before).object);
        const merged = deep ? mergePatch(settled, change) : { ...settled, ...change };
        const next = deeplyFrozen(isJsonObject(merged) ? merged : {});
        const pruned = prune(next, settled);
        expect(pruned).toEqual(prune(next));
        expect(applyDefaults(pruned.object, settled)).toEqual(applyDefaults(pruned.object));
      }),
    );
  });

  it("validates without throwing, and says the same of the same", () => {
    fc.assert(
      fc.property(root, object, (schema, given) => {
        const { validate } = compileSchema(schema, run);
        const causes = validate(deeplyFrozen(given));
        expect(validate(given)).toEqual(causes);
        for (const { reason, message, field } of causes) expect([reason, message, field]).not.toContain(undefined);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the schemas that spored serves, whatever the object", () => {
  it.each(sporeKinds)("$kind.kind in $kind.group prunes, defaults and validates", ({ compiled }) => {
    const fields = fc.dictionary(fc.constantFrom("metadata", "spec", "status", "data", "involvedObject"), json);
    fc.assert(
      fc.property(fields, (given) => {
        const { object: pruned } = compiled.prune(given);
        const filled = compiled.applyDefaults(pruned);
        expect(compiled.applyDefaults(filled)).toBe(filled);
        compiled.validate(given);
        expect(compiled.prune(filled).unknown).toEqual([]);
      }),
    );
  });
});

describe("structuralCauses, whatever the schema", () => {
  it("accepts what is structural", () => {
    fc.assert(
      fc.property(root, (schema) => {
        const plain: JsonValue = JSON.parse(JSON.stringify(schema));
        expect(structuralCauses(plain, "S")).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("never throws", () => {
    const keywords = fc.constantFrom(
      "type",
      "properties",
      "items",
      "default",
      "allOf",
      "not",
      "x-kubernetes-list-type",
    );
    const values = fc.oneof(json, fc.constantFrom<JsonValue>("object", "array", "map", {}, { type: "string" }, [{}]));
    const noise = fc.dictionary(keywords, values);
    fc.assert(
      fc.property(noise, json, (schema, inner) => {
        structuralCauses(schema, "S");
        structuralCauses({ type: "object", properties: { spec: schema, other: inner } }, "S");
      }),
    );
  });
});

describe("hostile input", () => {
  const spec = (schema: JsonSchemaProps) => compileSchema({ type: "object", properties: { spec: schema } }, run);

  it.each(["(a+)+$", "(a|aa)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x", "(a?){30}a{30}"])(
    "of the pattern %s costs time linear in the text",
    (pattern) => {
      const { validate } = spec({ type: "string", pattern });
      const started = process.cpuUsage();
      validate({ spec: `${"a".repeat(20_000)}!` });
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1e6).toBeLessThan(5);
    },
  );

  it("of a pattern that would make a huge program is refused with its path", () => {
    const schema = { type: "object", properties: { spec: { type: "string", pattern: "((a{900}){900}){900}" } } };
    expect(structuralCauses(schema, "S").map(({ field }) => field)).toEqual(["S.properties[spec].pattern"]);
  });

  it("of an object that nests a hundred thousand levels deep is refused, where the schema keeps it at all", () => {
    const deep: JsonObject = JSON.parse(`${'{"spec":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    const free = spec({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
    const { object: kept } = free.prune(deep);
    expect(free.applyDefaults(kept)).toBe(kept);
    expect(free.validate(kept)).toMatchObject([{ reason: "FieldValueInvalid" }]);
    expect(spec({ type: "object" }).prune(deep).object).toEqual({ spec: {} });
  });

  it("of a million errors tells a hundred at the most, in bounded time", () => {
    const { validate } = spec({ type: "array", items: { type: "string" } });
    expect(validate({ spec: Array.from({ length: 1000 }, () => 1) })).toHaveLength(100);
    expect(validate({ spec: Array.from({ length: 1_000_000 }, () => 1) })).toHaveLength(1);
  });

  it("of a schema that nests too deeply is refused", () => {
    let schema: JsonSchemaProps = { type: "string" };
    for (let level = 0; level < 2000; level++) schema = { type: "array", items: schema };
    expect(() => spec(schema)).toThrow(/levels deep/);
  });
});
