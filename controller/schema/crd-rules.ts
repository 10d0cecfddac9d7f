import { forbiddenValue } from "../api/causes.ts";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";
import { compiledCrd } from "./compiled-crd.ts";
import { completeCrd } from "./complete-crd.ts";
import { crdCauses, isCrd } from "./crd-causes.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";

/**
 * `value` as a CRD that can be served, defaults filled in.
 *
 * @param source where it came from, for the error: a file's name.
 * @throws SporeError `SPORE_INVALID` with one cause for each thing that a kube-apiserver would refuse.
 */
export function parseCrd(value: JsonValue, source: string): CustomResourceDefinition {
  if (!isJsonObject(value)) throw new SporeError("SPORE_INVALID", `${source} holds no CustomResourceDefinition.`);
  const { object, unknown } = compiledCrd.prune(value);
  const crd = completeCrd(compiledCrd.applyDefaults(object));
  const shape = compiledCrd.validate(crd);
  const causes = [
    ...unknown.map((field) => forbiddenValue(field, "unknown field")),
    ...(shape.length > 0 || !isCrd(crd) ? shape : crdCauses(crd)),
  ];
  if (causes.length === 0 && isCrd(crd)) return crd;
  const details = { group: CustomResourceDefinition.group, kind: CustomResourceDefinition.kind, causes };
  const list = causes.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw new SporeError("SPORE_INVALID", `${source} is no valid CustomResourceDefinition: ${list}`, details);
}
