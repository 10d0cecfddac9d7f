// Generated from crds/firmware.yaml by `npm run gen`. Do not edit.
import type { Kind } from "./kind.ts";
import type { Condition, Resource } from "./meta.ts";

/** FirmwareSpecArtifact */
export interface FirmwareSpecArtifact {
  /** The file name, for people. */
  readonly path: string;
  /** What the file is. */
  readonly role: "image";
  /** Its size in bytes. */
  readonly size: number;
  /** Its SHA-256, 64 lower-case hex digits. */
  readonly sha256: string;
}

/** The version. */
export interface FirmwareSpec {
  /** The device family. */
  readonly family: "spore";
  /** What the image runs on. An image for host runs on host processes only. */
  readonly platform: "esp8266" | "esp32" | "host";
  /** The board it was built for, such as esp01_1m. */
  readonly board?: string;
  /** A semantic version. */
  readonly version: string;
  /** The files; upload them with sporectl firmware push. */
  readonly artifacts: readonly FirmwareSpecArtifact[];
}

/** What the image says of itself. */
export interface FirmwareStatusImage {
  /** esp8266 or esp32. */
  readonly format?: string;
  /** How it is packed. */
  readonly compression?: "none" | "gzip";
  /** Its size after unpacking. */
  readonly inflatedBytes?: number;
  /** The chip it was built for. */
  readonly chip?: string;
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT. */
  readonly flashMode?: number;
  /** The flash size in its header. */
  readonly flashBytes?: number;
  /** Flash address at which it expects its file system. */
  readonly fsStart?: number;
  /** The program's name in its descriptor. */
  readonly name?: string;
  /** The version in its descriptor. */
  readonly version?: string;
  /** The platform in its descriptor. */
  readonly platform?: string;
  /** Whether a signature is attached. */
  readonly signed?: boolean;
}

/** What was found out about it. */
export interface FirmwareStatus {
  /** The generation of the spec that this status answers. */
  readonly observedGeneration?: number;
  /** What the image says of itself. */
  readonly image?: FirmwareStatusImage;
  /** Ready, Verified. */
  readonly conditions?: readonly Condition[];
}

/** One version of one program for one kind of board. */
export interface Firmware extends Resource {
  readonly spec: FirmwareSpec;
  readonly status?: FirmwareStatus;
}

export const Firmware: Kind<Firmware> = {
  group: "spore.dev",
  version: "v1alpha1",
  kind: "Firmware",
  plural: "firmwares",
  namespaced: true,
};
