import { ClusterRole, ClusterRoleBinding } from "../../api/rbac-kinds.ts";
import type { Clock } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Random } from "../../base/random.ts";
import { isSameJson } from "../../base/same-json.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Change, Store } from "../../store/store.ts";
import type { Collection } from "../collection.ts";
import type { KindRegistry } from "../kind-registry.ts";
import { labelsOf, metadataOf, objectIn, textIn, withMetadata } from "../object-meta.ts";
import { generateUid } from "../random-names.ts";
import { autoupdateAnnotation, bootstrapClusterRoleBindings, bootstrapClusterRoles } from "./bootstrap-roles.ts";
import { listIn, rulesIn } from "./rbac-object.ts";
import { uncovered } from "./rule-cover.ts";

interface Parts {
  readonly store: Store;
  readonly registry: KindRegistry;
  readonly clock: Clock;
  readonly random: Random;
}

/** Other processes that start at the same time write the same. */
const attemptsMax = 5;

/**
 * Sees to it that the roles and bindings that the server brings are there, and hold at least what this version gives them. What people added stays, and
 * so does everything whose annotation `rbac.authorization.kubernetes.io/autoupdate` is `"false"`. One commit, and none when there is nothing to do.
 *
 * @throws SporeError `SPORE_CONFLICT` when others keep writing them.
 */
export async function ensureBootstrapRoles(parts: Parts): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const changes = [
      ...(await changesOf(ClusterRole, bootstrapClusterRoles, withRules, parts)),
      ...(await changesOf(ClusterRoleBinding, bootstrapClusterRoleBindings, withSubjects, parts)),
    ];
    if (changes.length === 0) return;
    try {
      await parts.store.commit(changes);
      return;
    } catch (error) {
      if (!isSporeError(error, "SPORE_CONFLICT") || attempt === attemptsMax) throw error;
    }
  }
}

type Complete = (live: JsonObject, wanted: JsonObject) => JsonObject;

async function changesOf(
  { group, version, plural }: typeof ClusterRole | typeof ClusterRoleBinding,
  wanted: readonly JsonObject[],
  complete: Complete,
  parts: Parts,
): Promise<readonly Change[]> {
  const collection = parts.registry.find(group, version, plural);
  if (collection === undefined) return [];
  const changes = await Promise.all(wanted.map((object) => changeOf(object, collection, complete, parts)));
  return changes.filter((change) => change !== undefined);
}

async function changeOf(
  wanted: JsonObject,
  collection: Collection,
  complete: Complete,
  { clock, random }: Parts,
): Promise<Change | undefined> {
  const name = textIn(metadataOf(wanted), "name");
  const key = collection.key(undefined, name);
  const live = await collection.find(undefined, name);
  if (live === undefined) {
    const given = { uid: generateUid(random), creationTimestamp: timestamp(clock.now()) };
    return { key, value: collection.encode(withMetadata(wanted, given)), expect: 0 };
  }
  if (objectIn(metadataOf(live.object), "annotations")[autoupdateAnnotation] === "false") return undefined;
  const next = withOurMetadata(complete(live.object, wanted), wanted);
  return isSameJson(next, live.object) ? undefined : { key, value: collection.encode(next), expect: live.revision };
}

/** Rules that are covered by what stands there already are not added again. */
function withRules(live: JsonObject, wanted: JsonObject): JsonObject {
  if (wanted.aggregationRule !== undefined) return { ...live, aggregationRule: wanted.aggregationRule };
  const present = rulesIn(live);
  const missing = rulesIn(wanted).flatMap((rule, index) =>
    uncovered(present, [rule]).length === 0 ? [] : listIn(wanted, "rules").slice(index, index + 1),
  );
  return missing.length === 0 ? live : { ...live, rules: [...listIn(live, "rules"), ...missing] };
}

function withSubjects(live: JsonObject, wanted: JsonObject): JsonObject {
  const present = listIn(live, "subjects");
  const missing = listIn(wanted, "subjects").filter(
    (subject) => !present.some((known) => known.kind === subject.kind && known.name === subject.name),
  );
  return missing.length === 0 ? live : { ...live, subjects: [...present, ...missing] };
}

function withOurMetadata(live: JsonObject, wanted: JsonObject): JsonObject {
  const annotations = { ...objectIn(metadataOf(wanted), "annotations"), ...objectIn(metadataOf(live), "annotations") };
  return withMetadata(live, { labels: { ...labelsOf(live), ...labelsOf(wanted) }, annotations });
}
