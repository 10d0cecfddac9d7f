import type { JsonObject, JsonValue } from "../../../controller/base/json.ts";
import { compileSchema } from "../../../controller/schema/compiled-schema.ts";
import { structuralCauses } from "../../../controller/schema/structural-rules.ts";
import { type CelCase, rootSchema, told } from "./cases.ts";

const kind = { group: "cel-cases.example.com", version: "v1", kind: "Case" };

/** What we say of a case. */
export function answerOf(one: CelCase): readonly string[] {
  const schema = rootSchema(one);
  const json: JsonValue = JSON.parse(JSON.stringify(schema));
  const wrong = structuralCauses(json, "spec.versions[0].schema.openAPIV3Schema");
  if (wrong.length > 0 || one.object === undefined) return told(wrong);
  const compiled = compileSchema(schema, kind);
  const whole = (spec: JsonObject) =>
    compiled.applyDefaults(
      compiled.prune({ apiVersion: "cel-cases.example.com/v1", kind: "Case", metadata: { name: "case" }, spec }).object,
    );
  return told(compiled.validate(whole(one.object), one.old && whole(one.old)));
}
