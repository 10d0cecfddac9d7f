import type { Kind } from "../api/kind.ts";
import { type Key, keyOf, type Resource } from "../api/meta.ts";
import { asJsonObject } from "../base/as-json.ts";
import { deepFreeze } from "../base/deep-freeze.ts";
import { isSporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { mergeDiff } from "../base/merge-diff.ts";
import type { Client } from "../client/client.ts";
import type { ConditionedStatus, StatusDraft } from "./status-draft.ts";

/** Conflicts in a row before the caller's back-off takes over. */
const triesMax = 5;

/**
 * Sends what the draft changes, and nothing when it changes nothing: a quiet fleet writes nothing.
 *
 * @returns the object as written; undefined when there was nothing to write.
 * @throws SporeError `SPORE_CONFLICT` when the object is no longer as the draft knew it; nothing was written. Use this where the write
 *   is a decision that others must not have overtaken.
 */
export async function writeStatus<T extends Resource, S extends ConditionedStatus>(
  client: Client,
  kind: Kind<T>,
  draft: StatusDraft<S>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { object } = draft;
  const patch = statusPatch(object, draft.status);
  return patch && (await client.patch(kind, keyOf(object), { type: "merge", body: patch }, update(signal)));
}

export interface MergeOptions<S> {
  readonly signal: AbortSignal;
  /** The object as far as the caller knows it by now: spares a conflict when it was modified since the draft was begun. */
  readonly newest?: (Resource & { readonly status?: S }) | undefined;
}

/**
 * The same, but an object that was modified meanwhile is read again, and the draft's changes are made to its newest state: fields that the
 * draft does not set, and conditions it does not mention, stay as others wrote them. For facts that hold whatever else changed.
 *
 * @returns the object as written; undefined when there was nothing to write, or the object is gone.
 */
export async function mergeStatus<T extends Resource & { readonly status?: S }, S extends ConditionedStatus>(
  client: Client,
  kind: Kind<T>,
  draft: StatusDraft<S>,
  { signal, newest: known }: MergeOptions<S>,
): Promise<T | undefined> {
  const key: Key = keyOf(draft.object);
  let object = known && known.metadata.uid === draft.object.metadata.uid ? known : draft.object;
  for (let tries = 1; ; tries++) {
    const patch = statusPatch(object, draft.over(object));
    if (!patch) return undefined;
    try {
      return await client.patch(kind, key, { type: "merge", body: patch }, update(signal));
    } catch (error) {
      if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined;
      if (!isSporeError(error, "SPORE_CONFLICT") || tries >= triesMax) throw error;
    }
    const newest = await client.get(kind, key, signal);
    if (!newest || newest.metadata.uid !== draft.object.metadata.uid) return undefined;
    object = newest;
  }
}

function update(signal: AbortSignal) {
  return { signal, subresource: "status" as const };
}

function statusPatch(object: Resource & { readonly status?: object }, status: object): JsonObject | undefined {
  const change = statusChange(object.status, status);
  const { resourceVersion, uid } = object.metadata;
  // Frozen, it is handed on as it is where the server is in this process.
  return change && deepFreeze({ metadata: asJsonObject({ resourceVersion, uid }), status: change });
}

/**
 * The merge patch that makes `before` what a draft made of it; undefined when that is the same. What the two share, which is most of it in
 * most runs, is not looked at.
 */
export function statusChange(before: object = {}, drafted: object): JsonObject | undefined {
  const names = Object.keys(drafted).filter((name) => Reflect.get(drafted, name) !== Reflect.get(before, name));
  const some = (status: object) =>
    asJsonObject(Object.fromEntries(names.map((name) => [name, Reflect.get(status, name)])));
  return names.length === 0 ? undefined : mergeDiff(some(before), some(drafted));
}
