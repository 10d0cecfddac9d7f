import { apiVersionOf, isSameResource } from "../../api/kind.ts";
import { builtinKinds } from "../../apiserver/builtin/kinds.ts";
import { metadataCauses } from "../../apiserver/metadata-causes.ts";
import { ownKinds } from "../../apiserver/own-kinds.ts";
import type { ServedKind } from "../../apiserver/served-kind.ts";
import { type Cause, isSporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { KindLookup, KnownKind } from "../../manifests/read-yaml.ts";
import type { CompiledSchema } from "../../schema/compiled-schema.ts";
import { parseCrd } from "../../schema/crd-rules.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import { isTaken } from "../known-kinds.ts";

/**
 * The kinds that this program can check before any server is asked, with all that a server of its version would say of a new object: its own,
 * and those of Kubernetes that SPORE serves.
 */
export function offlineKinds(): KindLookup {
  const kinds = [...builtinKinds, ...ownKinds()];
  const byName = new Map(kinds.map((served) => [nameOf(apiVersionOf(served.kind), served.kind.kind), offline(served)]));
  return (apiVersion, kind) => byName.get(nameOf(apiVersion, kind));
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

function offline(served: ServedKind): KnownKind {
  const { kind, hooks } = served;
  if (!isTaken(served)) return { kind };
  const compiled: CompiledSchema = {
    ...served.compiled,
    validate: (object) => [...metadataCauses(named(object), undefined, served), ...served.compiled.validate(object)],
  };
  const check = (object: JsonObject) => {
    const causes = hooks?.check?.(hooks.complete?.(object) ?? object) ?? [];
    return isSameResource(kind, CustomResourceDefinition) ? [...causes, ...crdCauses(object)] : causes;
  };
  return { kind, compiled, check };
}

/** A server has made a name of `generateName` before it looks. */
function named(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (typeof metadata !== "object" || metadata === null || !("generateName" in metadata) || "name" in metadata)
    return object;
  return { ...object, metadata: { ...metadata, name: `${String(metadata.generateName)}x` } };
}

function crdCauses(object: JsonObject): readonly Cause[] {
  try {
    parseCrd(object, "the file");
    return [];
  } catch (error) {
    if (isSporeError(error, "SPORE_INVALID") && error.details.causes) return error.details.causes;
    throw error;
  }
}
