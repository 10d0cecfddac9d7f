import { Ajv, type ValidateFunction } from "ajv";
import { invalidValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { lazily } from "../base/lazily.ts";
import { type AjvSchema, ajvSchemaOf, ownKeywords } from "./ajv-schema.ts";
import { ruleTree } from "./cel/rule-tree.ts";
import { ruleCauses } from "./cel/validate-rules.ts";
import { stringFormats } from "./formats.ts";
import { linearPattern } from "./linear-pattern.ts";
import { duplicateFinder } from "./list-types.ts";
import { objectMetaSchema } from "./object-meta-schema.ts";
import { isRatcheted } from "./ratchet.ts";
import type { JsonSchemaProps } from "./schema.ts";
import { causesOf } from "./violations.ts";

/** Objects nested more deeply than this are refused before anything walks them. */
export const objectDepthMax = 128;
/** Of an object with more values than this only the first error is told, so that a hostile one cannot fill the memory with errors. */
const allErrorsMaxValues = 10_000;
/** At most this many errors are told of one object. */
const causesMax = 100;

/**
 * Says what is wrong with an object; nothing when it is valid. Errors in values that are as they were in `old` may stay, so that a stricter
 * schema does not lock an object up. Never throws, whatever the JSON.
 */
export type Validate = (object: JsonObject, old?: JsonObject) => readonly Cause[];

/**
 * Compiles `schema` on first use: once to say yes or no, which is what almost every object needs, and once more to find all errors
 * when there are some. Its validation rules are evaluated where an object is sound otherwise.
 */
export function validatorOf(schema: JsonSchemaProps): Validate {
  const translated = ajvSchemaOf(schema);
  const quick = lazily(() => compiled(translated, false));
  const thorough = lazily(() => compiled(translated, true));
  const duplicates = lazily(() => duplicateFinder(withObjectMeta(schema)));
  const rules = lazily(() => ruleTree(schema));
  const duplicatesIn = (object: JsonObject) => duplicates()?.(object, "") ?? [];
  const newDuplicates = (object: JsonObject, old: JsonObject | undefined) => {
    const found = duplicatesIn(object);
    return found.length > 0 && old !== undefined && duplicatesIn(old).length > 0 ? [] : found;
  };
  const shapeCauses = (object: JsonObject, old: JsonObject | undefined): readonly Cause[] => {
    const { depth, values } = extentOf(object);
    if (depth > objectDepthMax) return [tooDeep(depth)];
    const isValid = quick();
    if (isValid(object)) return newDuplicates(object, old);
    const check = values > allErrorsMaxValues ? isValid : thorough();
    check(object);
    const errors = (check.errors ?? []).filter(({ instancePath }) => {
      return old === undefined || !isRatcheted(instancePath, object, old, schema);
    });
    return [...causesOf(errors, object), ...newDuplicates(object, old)];
  };
  return (object, old) => {
    const causes = shapeCauses(object, old);
    const tree = rules();
    if (tree === undefined) return causes.slice(0, causesMax);
    if (causes.some(({ reason }) => blockingReasons.has(reason))) return [...causes.slice(0, causesMax), rulesSkipped];
    return [...causes, ...ruleCauses(tree, object, old)].slice(0, causesMax);
  };
}

/** After errors of these sorts the values may not be what the rules take them for. */
const blockingReasons: ReadonlySet<string> = new Set([
  ...[
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
  ],
]);

const rulesSkipped = invalidValue(
  "<nil>",
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

function compiled(schema: AjvSchema, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv({
    allErrors,
    strict: false,
    ownProperties: true,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    code: { regExp: linearRegExp },
  });
  for (const [name, isValid] of stringFormats) ajv.addFormat(name, isValid);
  for (const keyword of ownKeywords) ajv.addKeyword(keyword);
  return ajv.compile(schema);
}

/** RE2 syntax, matched in linear time: patterns come from users' CRDs and texts from users' objects. */
const linearRegExp = Object.assign((pattern: string) => linearPattern(pattern), { code: "linearPattern" });

function withObjectMeta(schema: JsonSchemaProps): JsonSchemaProps {
  return { ...schema, properties: { ...schema.properties, metadata: objectMetaSchema } };
}

/** How deep `root` nests and how many values it holds, found without recursion. */
function extentOf(root: JsonValue): { depth: number; values: number } {
  let level: readonly JsonValue[] = [root];
  let depth = 0;
  let values = 0;
  while (level.length > 0 && depth <= objectDepthMax) {
    const below: JsonValue[] = [];
    for (const value of level) {
      if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) below.push(inner);
    }
    values += level.length;
    depth += below.length > 0 ? 1 : 0;
    level = below;
  }
  return { depth, values };
}

function tooDeep(depth: number): Cause {
  return {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${depth}: objects may nest at most ${objectDepthMax} levels deep`,
  };
}
