import { createHash } from "node:crypto";
import type { Secret } from "../../api/core-kinds.ts";
import { apiVersionOf } from "../../api/kind.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import { NodeGroup as NodeGroupKind } from "../../api/node-group.ts";
import { NodeGroupRevision, type NodeGroupRevisionSpec } from "../../api/node-group-revision.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Manifest } from "../../client/client.ts";
import { type Resolved, resolved } from "../problem.ts";
import { type ConfigSources, mergeConfig, type ResolvedConfig } from "./config-sources.ts";
import { chooseFirmware } from "./firmware-choice.ts";

/** A group's template with every reference resolved: all that a revision will say, except its number. */
export interface ResolvedTemplate {
  readonly labels?: Readonly<Record<string, string>>;
  readonly firmware?: NonNullable<NodeGroupRevisionSpec["firmware"]>;
  readonly config?: ResolvedConfig;
  readonly secretsInClear: boolean;
  readonly restartedAt?: string;
}

/** The entries of the Secret that holds a revision's configuration. */
const configEntry = "config.json";
const secretKeysEntry = "secret-keys.json";

/** What a template refers to, found in the group's namespace. */
export interface TemplateSources extends ConfigSources {
  firmwares(): Parameters<typeof chooseFirmware>[1];
}

/** Looks up everything the template names. */
export function resolveTemplate(group: NodeGroup, sources: TemplateSources): Resolved<ResolvedTemplate> {
  const { template, secretsInClear } = group.spec;
  const config = template.config ? mergeConfig(template.config, sources) : undefined;
  if (config && !config.ok) return config;
  const firmware = template.firmware ? chooseFirmware(template.firmware, sources.firmwares()) : undefined;
  if (firmware && !firmware.ok) return firmware;
  return resolved({
    secretsInClear,
    ...(template.labels && { labels: template.labels }),
    ...(firmware && { firmware: firmware.value }),
    ...(config && { config: config.value }),
    ...(template.restartedAt !== undefined && { restartedAt: template.restartedAt }),
  });
}

/** `<group>-<10 hex digits>`: the same name for the same content, whenever and by whomever it is computed. */
export function revisionName(group: string, template: ResolvedTemplate): string {
  const hash = sha256(canonicalJson(contentOf(template))).slice(0, 10);
  return `${group.slice(0, nameMaxChars - hash.length - 1 - secretSuffix.length)}-${hash}`;
}

/** The revision as it is created. Its Secret must be there before a node is assigned to it. */
export function newRevision(
  group: NodeGroup,
  template: ResolvedTemplate,
  number: number,
): Manifest<NodeGroupRevision> & { readonly spec: NodeGroupRevisionSpec } {
  const name = revisionName(group.metadata.name, template);
  const { labels, firmware, config, secretsInClear, restartedAt } = template;
  return {
    metadata: { ...inNamespaceOf(group), name, ownerReferences: [ownerReference(NodeGroupKind, group)] },
    spec: {
      group: group.metadata.name,
      number,
      secretsInClear,
      ...(labels && { labels }),
      ...(firmware && { firmware }),
      ...(config && {
        config: { secretName: `${name}${secretSuffix}`, hash: configContentHash(config) },
      }),
      ...(restartedAt !== undefined && { restartedAt }),
    },
  };
}

/** The immutable Secret of a revision; it goes when the revision goes. */
export function newConfigSecret(revision: NodeGroupRevision, config: ResolvedConfig): Manifest<Secret> {
  return {
    metadata: {
      ...inNamespaceOf(revision),
      name: revision.spec.config?.secretName ?? `${revision.metadata.name}${secretSuffix}`,
      ownerReferences: [ownerReference(NodeGroupRevision, revision)],
    },
    type: "spore.dev/config",
    immutable: true,
    data: {
      [configEntry]: base64(canonicalJson({ ...config.values })),
      [secretKeysEntry]: base64(canonicalJson(config.secretKeys)),
    },
  };
}

/** `spec.config.hash` of a revision with this configuration. */
export function configContentHash({ values }: ResolvedConfig): string {
  return sha256(canonicalJson({ ...values }));
}

/** The number of a group's next revision. */
export function nextNumber(revisions: readonly NodeGroupRevision[]): number {
  return revisions.reduce((highest, { spec }) => Math.max(highest, spec.number), 0) + 1;
}

/**
 * Revisions that may go: the oldest ones over `limit`, never one in use.
 *
 * @param inUse names of the update revision and of every revision that a node is assigned to.
 */
export function surplusRevisions(
  revisions: readonly NodeGroupRevision[],
  inUse: ReadonlySet<string>,
  limit: number,
): readonly NodeGroupRevision[] {
  const idle = revisions.filter(({ metadata }) => !inUse.has(metadata.name));
  return idle.sort((a, b) => a.spec.number - b.spec.number).slice(0, Math.max(0, idle.length - limit));
}

/** Kubernetes' limit for names. */
const nameMaxChars = 253;
const secretSuffix = "-config";

/** All that makes two revisions differ; which keys are secret does, since it decides where their values may go. */
function contentOf(template: ResolvedTemplate): JsonObject {
  const { labels, firmware, config, secretsInClear, restartedAt } = template;
  return {
    secretsInClear,
    ...(labels && { labels: { ...labels } }),
    ...(firmware && { firmware: { ...firmware } }),
    ...(config && { config: { values: { ...config.values }, secretKeys: config.secretKeys } }),
    ...(restartedAt !== undefined && { restartedAt }),
  };
}

function ownerReference(kind: typeof NodeGroupKind | typeof NodeGroupRevision, owner: NodeGroup | NodeGroupRevision) {
  const { name, uid = "" } = owner.metadata;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function inNamespaceOf(object: NodeGroup | NodeGroupRevision) {
  const { namespace } = object.metadata;
  return namespace === undefined ? {} : { namespace };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** What a revision's Secret says. Throws nothing: a Secret that somebody else made reads as undefined. */
export function readConfigSecret(secret: Secret): ResolvedConfig | undefined {
  const values = parseEntry(secret, configEntry);
  const secretKeys = parseEntry(secret, secretKeysEntry);
  if (typeof values !== "object" || values === null || Array.isArray(values) || !Array.isArray(secretKeys)) {
    return undefined;
  }
  return {
    values: Object.fromEntries(Object.entries(values)),
    secretKeys: secretKeys.filter((key) => typeof key === "string"),
  };
}

function parseEntry(secret: Secret, entry: string): JsonValue | undefined {
  const encoded = secret.data?.[entry];
  if (encoded === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
