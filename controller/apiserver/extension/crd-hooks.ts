import type { Condition } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { lazily } from "../../base/lazily.ts";
import { isSameJson } from "../../base/same-json.ts";
import { timestamp } from "../../base/timestamp.ts";
import { completeCrd } from "../../schema/complete-crd.ts";
import { crdCauses, isCrd } from "../../schema/crd-causes.ts";
import { crdUpdateCauses } from "../../schema/crd-update-rules.ts";
import type { Rights } from "../authz/authorizer.ts";
import { metadataOf, textIn, textsIn, withMetadata } from "../object-meta.ts";
import { ownCrds } from "../own-kinds.ts";
import type { KindHooks } from "../served-kind.ts";
import { apiServer } from "../user.ts";
import { cleanupFinalizer, settled } from "./crd-conditions.ts";

/** What a CustomResourceDefinition is beyond its schema. */
export const crdHooks: KindHooks = {
  complete: completeCrd,
  check: (object, old) => {
    if (!isCrd(object)) return [];
    return [...crdCauses(object), ...(old !== undefined && isCrd(old) ? crdUpdateCauses(object, old) : [])];
  },
  refuse: refuseOwn,
  keep: keepOwn,
  ending,
};

/** The CRDs of this program, by name. */
const own = lazily(() => new Map(ownCrds().map((crd) => [crd.metadata.name, asJsonObject(crd.spec)] as const)));

/** Set to `true` on a CRD of ours by somebody who means to lose all of its objects. */
const mayGo = "spore.dev/allow-deletion";

/**
 * The controllers of this program are built for the schemas that came with it, so nobody else changes them; labels and annotations are
 * everybody's. Applying the files of this very release is no change.
 */
function refuseOwn(object: JsonObject, old: JsonObject | undefined, { user }: Rights): string | undefined {
  const released = own().get(textIn(metadataOf(object), "name"));
  if (released === undefined || user === apiServer) return undefined;
  if (isSameJson(object.spec, released) || isSameJson(object.spec, old?.spec)) return undefined;
  return "its spec comes with this release of spored, whose controllers rely on it, and changes when spored is upgraded; labels and annotations may be changed";
}

/** Deleting one of ours deletes every object of the kind. Like a namespace of the system it stays, unless somebody says so twice. */
function keepOwn(object: JsonObject): string | undefined {
  const metadata = metadataOf(object);
  const name = textIn(metadata, "name");
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  if (!own().has(name) || annotations[mayGo] === "true") return undefined;
  return `SPORE itself needs it, and all its objects would be deleted with it; if that is wanted, first run kubectl annotate crd ${name} ${mayGo}=true`;
}

/** Holds the CRD until nothing of its kind is left, and says so. */
function ending(object: JsonObject, nowMs: number): JsonObject {
  if (!isCrd(object)) return object;
  const conditions = object.status?.conditions ?? [];
  if (conditions.some(({ type }) => type === "Terminating")) return object;
  const terminating: Condition = {
    type: "Terminating",
    status: "True",
    lastTransitionTime: timestamp(nowMs),
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
  };
  const finalizers = textsIn(metadataOf(object), "finalizers");
  const held = withMetadata(object, {
    finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
  });
  return asJsonObject({ ...held, status: { ...object.status, conditions: settled(conditions, terminating) } });
}
