import type { Check } from "./check.ts";
import type { ImageDescriptor } from "./find-descriptor.ts";
import type { SegmentFacts } from "./image-segments.ts";

/** Everything an image says about itself. Made by `parse-image.ts`; an image that is not whole has no facts. */
export interface ImageFacts {
  readonly format: "esp8266" | "esp32";
  readonly compression: "none" | "gzip";
  /** As it is sent: packed, and with a signature where there is one. */
  readonly fileBytes: number;
  /** Unpacked, and without a signature: what ends up in flash. */
  readonly imageBytes: number;
  /** `esp8266`, `esp32`, `esp32-s3` …, by the header. */
  readonly chip: string;
  /** `host` for an image whose program only a host process can run, else what its descriptor says, else the chip's family. */
  readonly platform: string;
  readonly entry: number;
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT. */
  readonly flashMode: number;
  /** The flash size in the header. */
  readonly flashBytes: number;
  readonly segments: readonly SegmentFacts[];
  readonly signatureBytes?: number;
  readonly descriptor?: ImageDescriptor;
  /** MD5 of the file as it is sent. */
  readonly md5: string;
  /** SHA-256 of the file as it is sent: its name in the blob store. */
  readonly sha256: string;
  /** MD5 of what may stand in flash afterwards; see `expected-md5.ts`. Empty where the format does not define it. */
  readonly flashMd5: readonly string[];
  /** What was looked at; none is `failed`. */
  readonly checks: readonly Check[];
}

/** The part of the facts that a format's own parser knows. */
export type FormatFacts = Pick<
  ImageFacts,
  "format" | "chip" | "entry" | "flashMode" | "flashBytes" | "segments" | "signatureBytes" | "descriptor" | "checks"
> & {
  readonly imageBytes: number;
  /** Whether it carries a program for the machine that SPORE itself runs on. */
  readonly hostProgram: boolean;
};
