import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { nameCauses } from "./crd-name-rules.ts";
import { versionsCauses } from "./crd-version-rules.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";

/**
 * What is wrong with a CRD that is valid by its own schema and complete: the rules that no schema can say, in the words of kube-apiserver. A fault
 * in a schema is told with the path that it has in the CRD, `spec.versions[0].schema.openAPIV3Schema`; kube-apiserver calls the same place
 * `spec.validation.openAPIV3Schema` when all versions have one schema.
 */
export function crdCauses(crd: CustomResourceDefinition): readonly Cause[] {
  return [
    ...nameCauses(crd),
    ...scopeCauses(crd),
    ...versionsCauses(crd),
    ...conversionCauses(crd),
    ...storedCauses(crd),
  ];
}

/** Whether an object is a CRD; holds whenever it is valid by the schema of CRDs. */
export function isCrd(object: JsonObject): object is JsonObject & CustomResourceDefinition {
  return object.kind === CustomResourceDefinition.kind && typeof object.spec === "object";
}

const scopes = ["Cluster", "Namespaced"];

function scopeCauses({ spec }: CustomResourceDefinition): readonly Cause[] {
  const { scope } = spec;
  const causes = scopes.includes(scope)
    ? []
    : [String(scope) === "" ? requiredValue("spec.scope") : unsupportedValue("spec.scope", scope, scopes)];
  if (spec.preserveUnknownFields !== true) return causes;
  const why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [...causes, invalidValue("spec.preserveUnknownFields", true, why)];
}

function conversionCauses({ spec }: CustomResourceDefinition): readonly Cause[] {
  const { strategy = "", webhook } = spec.conversion ?? {};
  const at = "spec.conversion";
  if (strategy === "Webhook") {
    return [
      forbiddenValue(
        `${at}.strategy`,
        "this server calls no conversion webhooks; use None, with which versions differ in their name only",
      ),
    ];
  }
  if (strategy === "") return [requiredValue(`${at}.strategy`)];
  if (strategy !== "None") return [unsupportedValue(`${at}.strategy`, strategy, ["None", "Webhook"])];
  if (webhook === undefined) return [];
  return ["webhookClientConfig", "conversionReviewVersions"].map((field) => {
    return forbiddenValue(`${at}.${field}`, "should not be set when strategy is not set to Webhook");
  });
}

/** Objects that were once stored in a version can only be read as long as the CRD lists it. */
function storedCauses({ spec, status }: CustomResourceDefinition): readonly Cause[] {
  const at = "status.storedVersions";
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalidValue(at, null, "must have at least one stored version")];
  const listed = spec.versions.map(({ name }) => name);
  const lost = stored.flatMap((name, index) =>
    listed.includes(name) ? [] : [invalidValue(`${at}[${index}]`, name, missing(name))],
  );
  const storage = spec.versions.findLast((version) => version.storage)?.name;
  if (storage === undefined || stored.includes(storage)) return lost;
  return [...lost, invalidValue(at, stored, `must have the storage version ${storage}`)];
}

function missing(name: string): string {
  return `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
}
