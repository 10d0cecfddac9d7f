import { Firmware } from "../api/firmware.ts";
import { NodeGroupRevision } from "../api/node-group-revision.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Client } from "../client/client.ts";
import { listAll } from "../client/list-all.ts";
import type { Runnable } from "../runtime/manager.ts";
import { periodic } from "./periodic.ts";

/** Whoever uploads an image may take so long to name it. */
const graceMs = 24 * 60 * 60_000;
const everyMs = 60 * 60_000;

interface Dependencies {
  readonly client: Client;
  readonly blobs: Pick<BlobStore, "list" | "delete">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Deletes images that no Firmware and no kept revision names. */
export function artifactCollector(dependencies: Dependencies): Runnable {
  const { clock, log } = dependencies;
  const round = (signal: AbortSignal) => collectArtifacts(dependencies, signal);
  return periodic({ name: "artifact-collector", everyMs, clock, log, round });
}

export async function collectArtifacts(
  { client, blobs, clock, log }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  // The blobs first: what is named by the time the names are read is safe, and what comes later is young.
  const stored = await blobs.list();
  const [firmwares, revisions] = await Promise.all([
    listAll(client, Firmware, {}, signal),
    listAll(client, NodeGroupRevision, {}, signal),
  ]);
  const named = new Set([
    ...firmwares.items.flatMap(({ spec }) => spec.artifacts.map(({ sha256 }) => sha256)),
    ...revisions.items.flatMap(({ spec }) => (spec.firmware ? [spec.firmware.digest] : [])),
  ]);
  for (const { digest, storedAtMs, sizeBytes } of stored) {
    if (named.has(digest) || clock.now() - storedAtMs < graceMs) continue;
    await blobs.delete(digest);
    log.info({ digest, sizeBytes }, "deleted an image that nobody names");
  }
}
