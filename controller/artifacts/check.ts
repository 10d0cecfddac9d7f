import { SporeError } from "../base/errors.ts";

/** One thing that was looked at before an image is offered to a device. */
export interface Check {
  /** What was looked at, a few words. */
  readonly name: string;
  /**
   * `assumed`: the device does not say, and `detail` names what was taken for granted. `warned`: odd, and no reason to refuse.
   * Only `failed` keeps an image from being sent.
   */
  readonly verdict: "passed" | "failed" | "assumed" | "warned";
  /** A sentence with the figures. */
  readonly detail: string;
}

/** The one refusal that parsing an image ends with: `SPORE_IMAGE_INVALID`, with a CamelCase `reason` for programs. */
export function invalidImage(reason: string, message: string): SporeError {
  return new SporeError("SPORE_IMAGE_INVALID", message, { causes: [{ reason, message, field: "image" }] });
}

/** `0x40201010`. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
