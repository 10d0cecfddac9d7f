import { keyOf, type Resource } from "../api/meta.ts";
import { asJson } from "../base/as-json.ts";
import { isSporeError } from "../base/errors.ts";
import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { lastAppliedAnnotation } from "./last-applied.ts";
import type { Manifest } from "./manifest.ts";
import type { ObjectApi } from "./object-api.ts";

/** Under this name client-side apply owns what it wrote, whichever program did it: kubectl's own name for it. */
export const clientSideManager = "kubectl-client-side-apply";
/** Keeps the annotation when its fields have moved to server-side apply, so that one may go back. Also kubectl's own. */
const annotationManager = "kubectl-last-applied";

/** Tries to write over a version of managedFields that somebody else changes at the same time. */
const migrationTries = 5;

/**
 * Hands what client-side apply owned of an object over to server-side apply, as kubectl does: else a field that leaves the manifest would stay for
 * ever, because its former owner never gives it up.
 *
 * @param applied the answer to a first server-side apply.
 * @returns the object as it is in the end.
 */
export async function takeOwnership(
  manifest: Manifest,
  applied: Resource,
  api: ObjectApi,
  force: boolean,
): Promise<Resource> {
  if (!entriesOf(applied).some(isClientSide)) return applied;
  const { kind, object } = manifest;
  const key = keyOf(object);
  await keepAnnotation(manifest, applied, api);
  for (let attempt = 1; ; attempt += 1) {
    const live = await api.read(kind, key);
    if (!live) break; // deleted meanwhile: the last step says so, or makes it anew
    const { resourceVersion = "" } = live.metadata;
    const managedFields = movedTo(api.fieldManager, entriesOf(live));
    try {
      await api.patch(kind, key, { metadata: { resourceVersion, managedFields } }, false);
      break;
    } catch (error) {
      if (attempt >= migrationTries || !isSporeError(error, "SPORE_CONFLICT")) throw error;
    }
  }
  return api.apply(kind, key, object, { dryRun: false, force });
}

async function keepAnnotation({ kind, object }: Manifest, applied: Resource, api: ObjectApi): Promise<void> {
  const text = applied.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return;
  const { name, namespace } = object.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    annotations: { [lastAppliedAnnotation]: text },
  };
  const only = { apiVersion: object.apiVersion, kind: object.kind, metadata };
  await api.apply(kind, keyOf(object), only, { dryRun: false, force: true, fieldManager: annotationManager });
}

function entriesOf({ metadata }: Resource): readonly JsonObject[] {
  return (metadata.managedFields ?? []).map(asJson).filter(isJsonObject);
}

function isClientSide({ manager, operation, subresource }: JsonObject): boolean {
  return manager === clientSideManager && operation === "Update" && subresource === undefined;
}

/** The entries with those of client-side apply merged into the one that `manager` has by server-side apply. */
function movedTo(manager: string, entries: readonly JsonObject[]): readonly JsonObject[] {
  const moving = entries.filter(isClientSide);
  return entries
    .filter((entry) => !isClientSide(entry))
    .map((entry) =>
      entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined
        ? {
            ...entry,
            fieldsV1: moving.reduce<JsonValue>((sum, { fieldsV1 }) => union(sum, fieldsV1), entry.fieldsV1 ?? {}),
          }
        : entry,
    );
}

/** FieldsV1 is a tree of names: the union of two is the union of their branches. */
function union(a: JsonValue, b: JsonValue | undefined): JsonValue {
  if (!isJsonObject(a) || !isJsonObject(b)) return a;
  const merged: Record<string, JsonValue> = { ...a };
  for (const [name, branch] of Object.entries(b))
    defineMember(merged, name, union(Object.hasOwn(a, name) ? (a[name] ?? {}) : {}, branch));
  return merged;
}
