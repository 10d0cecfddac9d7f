import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/**
 * A CRD with what Kubernetes fills in beyond constant defaults: the names that follow from the kind, and the storage version among those that were
 * ever stored. Leaves alone what is not of the right shape; validation names it.
 */
export function completeCrd(crd: JsonObject): JsonObject {
  const { spec, status } = crd;
  if (!isJsonObject(spec)) return crd;
  const names = isJsonObject(spec.names) ? { names: completeNames(spec.names) } : {};
  return {
    ...crd,
    spec: { ...spec, ...names },
    status: completeStatus(isJsonObject(status) ? status : {}, spec.versions),
  };
}

function completeNames(names: JsonObject): JsonObject {
  const { kind, singular, listKind } = names;
  if (typeof kind !== "string" || kind === "") return names;
  return { ...names, singular: singular || kind.toLowerCase(), listKind: listKind || `${kind}List` };
}

function completeStatus(status: JsonObject, versions: JsonValue | undefined): JsonObject {
  const { acceptedNames = { plural: "", kind: "" }, conditions = [] } = status;
  const stored: readonly JsonValue[] = Array.isArray(status.storedVersions) ? status.storedVersions : [];
  const listed: readonly JsonValue[] = Array.isArray(versions) ? versions : [];
  const storage = listed.find((version) => isJsonObject(version) && version.storage === true);
  const name = isJsonObject(storage) ? storage.name : undefined;
  const storedVersions = name === undefined || stored.includes(name) ? stored : [...stored, name];
  return { ...status, conditions, acceptedNames, storedVersions };
}
