/** What a device says of the program it runs; an `Observation`'s `firmware` is one. */
export interface RunningFirmware {
  readonly name?: string;
  readonly version?: string;
  /** MD5 of the program in flash, 32 hex digits. */
  readonly md5?: string;
}

/** What is known of the program a device should run. */
export interface WantedFirmware {
  readonly name?: string;
  /** As the image says; where it says nothing, as declared. */
  readonly version?: string;
  /** `ImageFacts.flashMd5`. */
  readonly flashMd5: readonly string[];
}

/**
 * Whether a device runs the wanted program. What it computes over its flash outweighs what it was compiled to say, so a program that lies
 * about its version is `different`. Labels play no part: anybody can write them.
 */
export function sameFirmware(running: RunningFirmware, wanted: WantedFirmware): "same" | "different" | "unknown" {
  if (running.md5 !== undefined && wanted.flashMd5.length > 0)
    return wanted.flashMd5.includes(running.md5.toLowerCase()) ? "same" : "different";
  if (running.version === undefined || wanted.version === undefined) return "unknown";
  if (running.version !== wanted.version) return "different";
  const named = running.name !== undefined && wanted.name !== undefined;
  return named && running.name !== wanted.name ? "different" : "same";
}
