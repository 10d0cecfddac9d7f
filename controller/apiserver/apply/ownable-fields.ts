import { Namespace } from "../../api/core-kinds.ts";
import { isSameResource } from "../../api/kind.ts";
import { FieldSet } from "../../schema/structured-merge/field-set.ts";
import { fieldElement, type PathElement } from "../../schema/structured-merge/path-element.ts";
import type { ServedKind } from "../served-kind.ts";

/** What says which object it is, and what the server alone decides: nobody's own. */
export const unownedFields = FieldSet.of(["apiVersion", "kind", "metadata"].map(fieldElement), [
  [
    fieldElement("metadata"),
    FieldSet.of(
      [
        ...["name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName"],
        ...["generation", "managedFields", "resourceVersion"],
      ].map(fieldElement),
      [],
    ),
  ],
]);

const status = fieldElement("status");
const spec = fieldElement("spec");

/** Those of `fields` that a write to an object, or to its `subresource`, can change, and so own. */
export function reachableFields(fields: FieldSet, served: ServedKind, subresource: string): FieldSet {
  if (subresource === "status") return pick(fields, (step) => step === status);
  const isServers = (step: PathElement) =>
    (step === status && served.subresources.status) || (step === spec && isSameResource(served.kind, Namespace));
  return pick(fields, (step) => !isServers(step));
}

function pick(fields: FieldSet, isWanted: (step: PathElement) => boolean): FieldSet {
  const { members, children } = fields;
  if ([...members].every(isWanted) && [...children.keys()].every(isWanted)) return fields;
  return FieldSet.of(
    [...members].filter(isWanted),
    [...children].filter(([step]) => isWanted(step)),
  );
}
