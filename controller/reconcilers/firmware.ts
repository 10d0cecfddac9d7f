import { Firmware, type FirmwareStatus } from "../api/firmware.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import { checkDeclared } from "../artifacts/declared.ts";
import type { FactsCache } from "../artifacts/facts-cache.ts";
import type { ImageFacts } from "../artifacts/image-facts.ts";
import { isSporeError } from "../base/errors.ts";
import type { Client } from "../client/client.ts";
import type { CacheSource } from "../runtime/caches.ts";
import type { ControllerSpec } from "../runtime/controller.ts";
import { desireChanged } from "../runtime/predicate.ts";
import { done, type Result, requeueAfter } from "../runtime/reconcile.ts";
import { StatusDraft } from "../runtime/status-draft.ts";
import { mergeStatus } from "../runtime/status-writer.ts";
import { type Problem, type Resolved, resolved, stalled, waits } from "./problem.ts";

export interface FirmwareDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  readonly blobs: Pick<BlobStore, "stat">;
  readonly facts: FactsCache;
}

/** An upload tells nobody but the blob store. */
const missingPollMs = 2_000;
/** An image that is there may be taken away. */
const presentPollMs = 10 * 60_000;

/** Says of each Firmware whether its image is there and what it is. */
export function firmwareController(dependencies: FirmwareDependencies): ControllerSpec<Firmware> {
  const { client, caches } = dependencies;
  caches.of(Firmware);
  return {
    name: "firmware",
    for: Firmware,
    concurrency: 2,
    when: desireChanged,
    reconcile: async (key, context) => {
      const firmware = caches.of(Firmware).get(key);
      if (!firmware || firmware.metadata.deletionTimestamp !== undefined) return done;
      const image = await examine(dependencies, firmware);
      const draft = new StatusDraft<FirmwareStatus>(firmware, context.clock);
      judge(draft, firmware, image);
      await mergeStatus(client, Firmware, draft, { signal: context.signal });
      return comeBack(image);
    },
  };
}

async function examine({ blobs, facts }: FirmwareDependencies, firmware: Firmware): Promise<Resolved<ImageFacts>> {
  const { name } = firmware.metadata;
  const artifact = firmware.spec.artifacts[0];
  if (!artifact) return stalled("InvalidSpec", "spec.artifacts: name the image.");
  const { sha256, size } = artifact;
  const blob = await blobs.stat(sha256);
  if (!blob) {
    const message = `Nobody has uploaded the image ${sha256.slice(0, 12)}…; sporectl firmware push ${name} ${artifact.path} does.`;
    return waits("ImageMissing", message);
  }
  if (blob.sizeBytes !== size) {
    return stalled("SizeMismatch", `spec.artifacts[0].size is ${size}, the image has ${blob.sizeBytes} bytes.`);
  }
  return await parsed(facts, firmware, sha256);
}

async function parsed(facts: FactsCache, { spec }: Firmware, sha256: string): Promise<Resolved<ImageFacts>> {
  try {
    const image = await facts.get(sha256);
    const wrong = checkDeclared(spec, image).filter(({ verdict }) => verdict === "failed");
    if (wrong.length > 0) return stalled("DeclaredDifferently", wrong.map(({ detail }) => detail).join(" "));
    return resolved(image);
  } catch (error) {
    if (isSporeError(error, "SPORE_IMAGE_INVALID")) return stalled("InvalidImage", error.message);
    if (isSporeError(error, "SPORE_STORE_CORRUPT")) return stalled("ImageCorrupt", error.message);
    throw error;
  }
}

function judge(draft: StatusDraft<FirmwareStatus>, { spec }: Firmware, image: Resolved<ImageFacts>): void {
  draft.observed();
  draft.set({ image: image.ok ? statusOf(image.value) : undefined });
  if (image.ok) {
    const message = `The image is whole and is version ${spec.version} for ${spec.platform}.`;
    draft.condition({ type: "Ready", status: "True", reason: "Verified", message });
    draft.condition({ type: "Verified", status: "True", reason: "Verified", message });
    draft.removeCondition("Stalled");
    return;
  }
  const { reason, message } = image.problem;
  draft.condition({ type: "Ready", status: "False", reason, message });
  draft.condition({ type: "Verified", status: verified(image.problem), reason, message });
  if (image.problem.remedy === "stalled") draft.condition({ type: "Stalled", status: "True", reason, message });
  else draft.removeCondition("Stalled");
}

function verified({ remedy }: Problem): "False" | "Unknown" {
  return remedy === "stalled" ? "False" : "Unknown";
}

function statusOf(image: ImageFacts): NonNullable<FirmwareStatus["image"]> {
  const { format, compression, imageBytes, chip, flashMode, flashBytes, descriptor, platform, signatureBytes } = image;
  return {
    format,
    compression,
    inflatedBytes: imageBytes,
    chip,
    flashMode,
    flashBytes,
    platform,
    signed: signatureBytes !== undefined,
    ...(descriptor?.name !== undefined && { name: descriptor.name }),
    ...(descriptor?.version !== undefined && { version: descriptor.version }),
    ...(descriptor?.fsStart !== undefined && { fsStart: descriptor.fsStart }),
  };
}

function comeBack(image: Resolved<ImageFacts>): Result {
  return image.ok
    ? requeueAfter(presentPollMs, "whether the image is still there")
    : requeueAfter(missingPollMs, image.problem.message);
}
