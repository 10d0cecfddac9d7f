import { Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import { keyOf } from "../../api/meta.ts";
import { NodeGroup, type NodeGroupSpecTemplate } from "../../api/node-group.ts";
import type { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { mergeDiff } from "../../base/merge-diff.ts";
import { lastApplied } from "../../manifests/last-applied.ts";
import type { Io } from "../io.ts";
import { typedName } from "../output/output-format.ts";
import type { Session } from "../session/session.ts";
import { dryRunNote, readDryRun } from "../write/dry-run.ts";
import { numbered, revisionsOf } from "./revisions.ts";

export interface UndoOptions {
  readonly toRevision?: string;
  readonly dryRun?: string;
}

/**
 * Gives a group the template of an earlier revision. What the revision resolved is written down plainly: the one firmware, and the values that
 * configuration had then.
 *
 * @throws SporeError `SPORE_NOT_FOUND` when there is no such revision, or its firmware is gone; `SPORE_CONFLICT` when its configuration holds secrets
 * that differ from today's: those are not written into a group.
 */
export async function undoRollout(group: NodeGroup, options: UndoOptions, session: Session, io: Io): Promise<void> {
  const dryRun = readDryRun(options.dryRun);
  const revisions = await revisionsOf(group, session, io.signal);
  const newest = revisions.find(({ metadata }) => metadata.name === group.status?.updateRevision);
  const target =
    options.toRevision === undefined
      ? revisions.filter((each) => each !== newest).at(-1)
      : numbered(revisions, options.toRevision, "--to-revision");
  if (!target) {
    throw new SporeError("SPORE_NOT_FOUND", `nodegroup "${group.metadata.name}" has no earlier revision`, {
      hint: `sporectl rollout history nodegroup/${group.metadata.name}`,
    });
  }
  await checkFirmware(target, session, io.signal);
  const template = await templateOf(group, target, newest, session, io.signal);
  const { secretsInClear = false } = target.spec;
  const wanted = { ...asJsonObject(group.spec), template: asJsonObject(template), secretsInClear };
  const spec = mergeDiff(asJsonObject(group.spec), wanted);
  const note = dryRunNote(dryRun);
  if (!spec) {
    io.out.write(`${typedName(group)} skipped rollback (it asks for revision ${target.spec.number} already)${note}\n`);
    return;
  }
  const { resourceVersion = "" } = group.metadata; // undone is what the user saw, and nothing newer
  const body = { metadata: { resourceVersion }, spec };
  const write = { signal: io.signal, dryRun: dryRun === "server", fieldManager: "kubectl-rollout" };
  if (dryRun !== "client") await session.client.patch(NodeGroup, keyOf(group), { type: "merge", body }, write);
  io.out.write(`${typedName(group)} rolled back to revision ${target.spec.number}${note}\n`);
  if (lastApplied(group) && dryRun === undefined) {
    io.err.write("Warning: the group was applied from files; the next apply brings their version back\n");
  }
}

async function checkFirmware(
  { metadata, spec }: NodeGroupRevision,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  if (!spec.firmware) return;
  const { name, digest } = spec.firmware;
  const { namespace = session.namespace } = metadata;
  const firmware = await session.client.get(Firmware, { namespace, name }, signal);
  if (firmware?.spec.artifacts.some(({ sha256 }) => sha256 === digest)) return;
  throw new SporeError(
    "SPORE_NOT_FOUND",
    `revision ${spec.number} ran Firmware "${name}", which ${firmware ? "is another image by now" : "is gone"}`,
    { hint: `sporectl firmware push the image with SHA-256 ${digest.slice(0, 12)}… again` },
  );
}

async function templateOf(
  group: NodeGroup,
  { metadata, spec }: NodeGroupRevision,
  newest: NodeGroupRevision | undefined,
  session: Session,
  signal: AbortSignal,
): Promise<NodeGroupSpecTemplate> {
  const { labels, firmware, config, restartedAt } = spec;
  const isSame = config?.hash === newest?.spec.config?.hash;
  const now = group.spec.template.config;
  const { namespace = session.namespace } = metadata;
  const then =
    isSame || !config
      ? undefined
      : [{ values: await valuesOf(config.secretName, namespace, spec.number, session, signal) }];
  const sources = isSame ? now : then;
  return {
    ...(labels && { labels }),
    ...(firmware && { firmware: { name: firmware.name } }),
    ...(sources && { config: sources }),
    ...(restartedAt !== undefined && { restartedAt }),
  };
}

/** What a revision's Secret holds: its configuration, and which keys of it came from Secrets. */
async function valuesOf(
  name: string,
  namespace: string,
  number: number,
  session: Session,
  signal: AbortSignal,
): Promise<JsonObject> {
  const secret = await session.client.get(Secret, { namespace, name }, signal);
  const values = entry(secret, "config.json");
  if (!isJsonObject(values))
    throw new SporeError("SPORE_NOT_FOUND", `the configuration of revision ${number} is gone (secret "${name}")`);
  const secretKeys = entry(secret, "secret-keys.json");
  if (!Array.isArray(secretKeys) || secretKeys.length === 0) return values;
  throw new SporeError(
    "SPORE_CONFLICT",
    `revision ${number} had other values for ${secretKeys.join(", ")}, which come from a Secret`,
    { hint: "bring the Secret back to what it was, and undo again" },
  );
}

function entry(secret: Secret | undefined, key: string): JsonValue | undefined {
  const encoded = secret?.data?.[key];
  return encoded === undefined ? undefined : JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
}
