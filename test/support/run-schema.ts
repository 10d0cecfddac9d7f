import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";

/** An imaginary kind. */
export const runKind = { group: "spore.dev", version: "v1alpha1", kind: "Run" } as const;

/** That kind, where its `spec` has the given schema. */
export function compileSpec(spec: JsonSchemaProps) {
  return compileSchema({ type: "object", properties: { spec } }, runKind);
}

/** An object with a required field and a default, for what holds objects. */
export const portSchema: JsonSchemaProps = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, protocol: { type: "string", default: "TCP" } },
};
