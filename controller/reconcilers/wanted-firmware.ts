import type { NodeGroupRevision } from "../api/node-group-revision.ts";
import type { FactsCache } from "../artifacts/facts-cache.ts";
import type { WantedFirmware } from "../artifacts/same-firmware.ts";
import { isSporeError } from "../base/errors.ts";

/**
 * What a device reports when it runs the revision's firmware; undefined when the revision asks for none. Where the image is not there any
 * more only the version is known.
 */
export async function wantedFirmware(
  facts: FactsCache,
  { spec }: NodeGroupRevision,
): Promise<WantedFirmware | undefined> {
  if (!spec.firmware) return undefined;
  const { digest, version } = spec.firmware;
  try {
    const { flashMd5, descriptor } = await facts.get(digest);
    return {
      flashMd5,
      version: descriptor?.version ?? version,
      ...(descriptor?.name !== undefined && { name: descriptor.name }),
    };
  } catch (error) {
    if (isSporeError(error)) return { flashMd5: [], version };
    throw error;
  }
}
