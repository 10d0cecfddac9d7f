import { invalidValue } from "../api/causes.ts";
import { isTrue } from "../api/conditions.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { CustomResourceDefinition } from "./custom-resource-definition.ts";

/** What of a CRD cannot change: its name follows from group and plural, and where objects lie from the scope. */
export function crdUpdateCauses(next: CustomResourceDefinition, old: CustomResourceDefinition): readonly Cause[] {
  const causes = [
    ...immutable("spec.group", next.spec.group, old.spec.group),
    ...immutable("spec.names.plural", next.spec.names.plural, old.spec.names.plural),
  ];
  if (!isTrue(old.status?.conditions, "Established")) return causes;
  return [
    ...causes,
    ...immutable("spec.scope", next.spec.scope, old.spec.scope),
    ...immutable("spec.names.kind", next.spec.names.kind, old.spec.names.kind),
  ];
}

function immutable(field: string, next: JsonValue, old: JsonValue): readonly Cause[] {
  return next === old ? [] : [invalidValue(field, next, "field is immutable")];
}
