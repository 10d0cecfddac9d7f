import { Secret } from "../../api/core-kinds.ts";
import { parseKey } from "../../api/meta.ts";
import type { Node } from "../../api/node.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { isEmptySelector, matchesSelector } from "../../api/selector.ts";
import type { FactsCache } from "../../artifacts/facts-cache.ts";
import type { ImageFacts } from "../../artifacts/image-facts.ts";
import type { WantedFirmware } from "../../artifacts/same-firmware.ts";
import { isSporeError } from "../../base/errors.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import { configContentHash, readConfigSecret } from "../node-group/revision.ts";
import { type Problem, type Resolved, resolved, stalled, waits } from "../problem.ts";
import { wantedFirmware } from "../wanted-firmware.ts";
import type { DesiredConfig } from "./config-drift.ts";
import { type Deciders, isAssignedTo } from "./permission.ts";

/** What a node should be, with everything that its assignment names looked up. */
export interface Desired extends Deciders {
  readonly firmware?: DesiredFirmware;
  readonly config?: DesiredConfig;
  readonly labels: Readonly<Record<string, string>>;
  /** The later one of the node's and the revision's. */
  readonly restartedAt?: string;
  /** Why the rest is not known. */
  readonly problem?: Problem;
}

export interface DesiredFirmware {
  readonly digest: string;
  readonly version: string;
  readonly wanted: WantedFirmware;
  /** The image as it is in the blob store, or why it is not. */
  readonly image: Resolved<ImageFacts>;
}

/** Looks up what a node is assigned to be. Costs no request; the image is parsed once per digest. */
export async function desiredOf(node: Node, caches: CacheSource, facts: FactsCache): Promise<Desired> {
  const { assignment, restartedAt } = node.spec;
  const own = restartedAt === undefined ? {} : { restartedAt };
  const deciders = decidersOf(node, caches);
  const base = { labels: {}, ...own, ...deciders };
  if (assignment?.group === undefined || assignment.revision === undefined) return base;
  const { namespace = "" } = parseKey(assignment.group);
  const revision = caches.of(NodeGroupRevision).get({ namespace, name: assignment.revision });
  if (!revision) {
    const { problem } = waits("ReferenceNotFound", `There is no NodeGroupRevision "${assignment.revision}" (yet).`);
    return { ...base, problem };
  }
  const config = desiredConfig(revision, caches);
  if (!config.ok) return { ...base, problem: config.problem };
  const firmware = await desiredFirmware(revision, facts);
  return {
    ...base,
    labels: revision.spec.labels ?? {},
    ...(firmware && { firmware }),
    ...(config.value && { config: config.value }),
    ...laterRestart(restartedAt, revision.spec.restartedAt),
  };
}

function decidersOf(node: Node, caches: CacheSource): Deciders {
  const { assignment, owner } = node.spec;
  const group = assignment?.group === undefined ? undefined : caches.of(NodeGroup).get(parseKey(assignment.group));
  if (owner === undefined || isAssignedTo(node, group)) return group ? { group } : {};
  const claimant = caches
    .of(NodeGroup)
    .list(owner.namespace)
    .find((one) => wouldSelect(one, node));
  return { ...(group && { group }), ...(claimant && { claimant }) };
}

/** Whether a group without an assignment for the node may give it one. */
export function wouldSelect({ metadata, spec: { selector } }: NodeGroup, node: Node): boolean {
  if (metadata.deletionTimestamp !== undefined || metadata.namespace !== node.spec.owner?.namespace) return false;
  return !isEmptySelector(selector) && matchesSelector(selector, node.metadata.labels ?? {});
}

/**
 * The configurations that a device may hold, the likeliest first: the one that was last seen on it or pushed to it, then those of its group's
 * other revisions, the newest first. Where a token must be shown, it is one of theirs.
 */
export function knownConfigs(node: Node, caches: CacheSource): readonly DesiredConfig[] {
  const { assignment } = node.spec;
  if (assignment?.group === undefined) return [];
  const { namespace = "", name } = parseKey(assignment.group);
  const hash = node.status?.config?.hash;
  const first = (revision: NodeGroupRevision) => (revision.spec.config?.hash === hash ? 0 : 1);
  return caches
    .of(NodeGroupRevision)
    .list(namespace)
    .filter(({ spec }) => spec.group === name && spec.config !== undefined)
    .sort((a, b) => first(a) - first(b) || b.spec.number - a.spec.number)
    .map((revision) => desiredConfig(revision, caches))
    .flatMap((config) => (config.ok && config.value ? [config.value] : []));
}

function desiredConfig(
  { metadata, spec }: NodeGroupRevision,
  caches: CacheSource,
): Resolved<DesiredConfig | undefined> {
  if (!spec.config) return resolved(undefined);
  const { namespace = "" } = metadata;
  const { secretName, hash } = spec.config;
  const secret = caches.of(Secret).get({ namespace, name: secretName });
  if (!secret) return waits("ReferenceNotFound", `Secret "${secretName}" of the revision is not there (yet).`);
  const content = readConfigSecret(secret);
  if (!content) {
    return stalled("InvalidConfig", `Secret "${secretName}" was not written by SPORE; delete it and it is made again.`);
  }
  if (configContentHash(content) !== hash) {
    return stalled(
      "InvalidConfig",
      `Secret "${secretName}" does not hold what NodeGroupRevision "${metadata.name}" was made from (spec.config.hash), so nothing is sent; delete the Secret and it is made again.`,
    );
  }
  return resolved({ ...content, hash, secretsInClear: spec.secretsInClear === true });
}

async function desiredFirmware(revision: NodeGroupRevision, facts: FactsCache): Promise<DesiredFirmware | undefined> {
  const wanted = await wantedFirmware(facts, revision);
  const { firmware } = revision.spec;
  if (!firmware || !wanted) return undefined;
  return { digest: firmware.digest, version: firmware.version, wanted, image: await imageFacts(firmware, facts) };
}

async function imageFacts(
  firmware: { readonly name: string; readonly digest: string },
  facts: FactsCache,
): Promise<Resolved<ImageFacts>> {
  try {
    return resolved(await facts.get(firmware.digest));
  } catch (error) {
    if (!isSporeError(error)) throw error;
    if (error.code === "SPORE_IMAGE_INVALID") return stalled("InvalidImage", error.message);
    if (error.code === "SPORE_STORE_CORRUPT") return stalled("ImageCorrupt", error.message);
    return waits(
      "ImageMissing",
      `The image of Firmware "${firmware.name}" is not here; sporectl firmware push ${firmware.name} FILE uploads it.`,
    );
  }
}

function laterRestart(a: string | undefined, b: string | undefined): { readonly restartedAt?: string } {
  if (a === undefined || b === undefined) {
    const only = a ?? b;
    return only === undefined ? {} : { restartedAt: only };
  }
  return { restartedAt: Date.parse(a) >= Date.parse(b) ? a : b };
}
