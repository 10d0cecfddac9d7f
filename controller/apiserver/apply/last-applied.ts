import { apiVersionOf } from "../../api/kind.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { compared } from "../../schema/structured-merge/comparison.ts";
import { FieldSet } from "../../schema/structured-merge/field-set.ts";
import { fieldsOf } from "../../schema/structured-merge/fields-of.ts";
import { metadataOf, objectIn, textIn, withMetadata } from "../object-meta.ts";
import type { ServedKind } from "../served-kind.ts";
import { wholeSchema } from "./ownership.ts";

/** The manager that moves from client-side to server-side apply, and may take up where it left off. */
export const migratingManager = "kubectl";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";
/** As in Kubernetes: all annotations of an object together. */
const annotationsMaxBytes = 256 * 1024;

/** The fields that the live object still has as its last client-side apply left them; none where there was no such apply. */
export function lastAppliedFields(live: JsonObject, served: ServedKind): FieldSet {
  const last = parsed(textIn(objectIn(metadataOf(live), "annotations"), annotation));
  if (!isJsonObject(last) || last.apiVersion !== apiVersionOf(served.kind)) return FieldSet.empty;
  const schema = wholeSchema(served.schema);
  const { added, modified, removed } = compared(last, live, schema);
  return fieldsOf(last, schema).difference(added).difference(modified).difference(removed);
}

/** `object` with the annotation brought up to date, if it has one: client-side apply can then be returned to. */
export function withLastApplied(object: JsonObject, configuration: JsonObject): JsonObject {
  const annotations = objectIn(metadataOf(object), "annotations");
  if (textIn(annotations, annotation) === "") return object;
  const { [annotation]: _, ...others } = annotations;
  const updated = { ...others, [annotation]: `${canonicalJson(withoutLastApplied(configuration))}\n` };
  const isTooLarge = Object.entries(updated).join("").length > annotationsMaxBytes;
  return withMetadata(object, { annotations: isTooLarge ? others : updated });
}

function withoutLastApplied(configuration: JsonObject): JsonObject {
  const { annotations } = metadataOf(configuration);
  if (!isJsonObject(annotations)) return configuration;
  const { [annotation]: _, ...others } = annotations;
  return withMetadata(configuration, { annotations: others });
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // somebody else's text, or none
  }
}
