import type { Kind } from "../api/kind.ts";
import { type Cause, SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { applyDefaults } from "./defaults.ts";
import { type Pruned, prune } from "./prune.ts";
import type { JsonSchemaProps } from "./schema.ts";
import { validatorOf } from "./validator.ts";

/**
 * What a schema does to an object, in the order of a write: prune, default, validate. Each is pure, takes any JSON object (frozen
 * or not), never throws, and shares unchanged parts between input and result.
 */
export interface CompiledSchema {
  /**
   * Drops unknown fields and names them as strict decoding does (`spec.imagee`).
   *
   * @param settled an object that went through both steps before; what `object` shares with it at the top is not walked again.
   */
  prune(object: JsonObject, settled?: JsonObject): Pruned;
  /** Fills in defaults and settles nulls. Goes after `prune`; also for objects read from the store. */
  applyDefaults(object: JsonObject, settled?: JsonObject): JsonObject;
  /**
   * What is wrong with a pruned and defaulted object; empty when it is valid.
   *
   * @param old the object that it takes the place of: errors in what did not change may stay, and rules about changes apply.
   */
  validate(object: JsonObject, old?: JsonObject): readonly Cause[];
}

/** Schemas nested more deeply than this are refused; the walks over objects follow the schema and need no other bound. */
export const schemaDepthMax = 64;

/**
 * Prepares `root`, the structural schema of `kind`. Its code is generated when the first object is validated.
 *
 * @throws SporeError `SPORE_INVALID` when the schema nests more than `schemaDepthMax` levels deep.
 */
export function compileSchema(root: JsonSchemaProps, kind: Pick<Kind, "group" | "version" | "kind">): CompiledSchema {
  if (depthOf(root, schemaDepthMax) > schemaDepthMax) {
    const name = `${kind.kind}.${kind.version}.${kind.group}`;
    throw new SporeError(
      "SPORE_INVALID",
      `The schema of ${name} nests more than ${schemaDepthMax} levels deep; flatten it.`,
    );
  }
  const validate = validatorOf(root);
  return {
    prune: (object, settled) => prune(object, root, settled),
    applyDefaults: (object, settled) => applyDefaults(object, root, settled),
    validate,
  };
}

/** Levels of `schema`, counted up to one more than `limit`. */
function depthOf(schema: JsonSchemaProps, limit: number): number {
  if (limit < 0) return 1;
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not } = schema;
  const inner = [
    ...Object.values(properties ?? {}),
    ...[items, not, typeof additionalProperties === "object" ? additionalProperties : undefined],
    ...[allOf, anyOf, oneOf].flatMap((alternatives) => alternatives ?? []),
  ];
  return 1 + inner.reduce((deepest, one) => (one ? Math.max(deepest, depthOf(one, limit - 1)) : deepest), 0);
}
