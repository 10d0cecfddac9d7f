import { asJsonObject } from "../base/as-json.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import { isSameJson } from "../base/same-json.ts";
import { timestamp } from "../base/timestamp.ts";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import type { Store } from "../store/store.ts";
import { servedCustomResourceDefinition } from "./builtin/custom-resource-definition.ts";
import { Collection } from "./collection.ts";
import { ObjectCache } from "./object-cache.ts";
import { metadataOf } from "./object-meta.ts";
import { generateUid } from "./random-names.ts";

export interface InstallCrdsOptions {
  readonly store: Store;
  readonly crds: readonly CustomResourceDefinition[];
  readonly clock: Clock;
  readonly random: Random;
}

/** How often to start again when another server writes the same object. */
const attemptsMax = 5;

/**
 * Puts the CRDs that the server serves into the store, Established, so that `kubectl get crd`, `kubectl wait` and tools that look for
 * them find them. Writes nothing when they are there already.
 *
 * @throws SporeError `SPORE_CONFLICT` when others keep writing them.
 */
export async function installCrds(options: InstallCrdsOptions): Promise<void> {
  const collection = new Collection(servedCustomResourceDefinition, options.store, new ObjectCache());
  for (const crd of options.crds) await install(crd, collection, options);
}

async function install(
  crd: CustomResourceDefinition,
  collection: Collection,
  options: InstallCrdsOptions,
): Promise<void> {
  const { name } = crd.metadata;
  const key = collection.key(undefined, name);
  for (let attempt = 1; ; attempt++) {
    const found = await collection.find(undefined, name);
    const wanted = established(crd, found?.object, options);
    if (found && isSameJson(wanted.spec, found.object.spec) && isSameJson(wanted.status, found.object.status)) return;
    try {
      await options.store.commit([{ key, value: collection.encode(wanted), expect: found?.revision ?? 0 }]);
      return;
    } catch (error) {
      if (!isSporeError(error, "SPORE_CONFLICT") || attempt === attemptsMax) throw error;
    }
  }
}

/** The object as it should stand in the store; what the server once gave it stays. */
function established(
  crd: CustomResourceDefinition,
  old: JsonObject | undefined,
  { clock, random }: InstallCrdsOptions,
): JsonObject {
  const { spec, metadata } = crd;
  const { uid, creationTimestamp, generation } = old ? metadataOf(old) : {};
  const since = creationTimestamp ?? timestamp(clock.now());
  const isChanged = !isSameJson(asJsonObject(spec), old?.spec);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      ...asJsonObject(metadata),
      uid: uid ?? generateUid(random),
      creationTimestamp: since,
      generation: (typeof generation === "number" ? generation : 0) + (isChanged ? 1 : 0),
    },
    spec: asJsonObject(spec),
    status: {
      acceptedNames: asJsonObject(spec.names),
      storedVersions: spec.versions.filter(({ storage }) => storage).map((version) => version.name),
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found", since),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted", since),
      ],
    },
  };
}

function condition(type: string, reason: string, message: string, lastTransitionTime: JsonValue): JsonObject {
  return { type, status: "True", lastTransitionTime, reason, message };
}
