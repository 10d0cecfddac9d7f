import type { Deadlines, DeviceRequest } from "../../wires/device-http.ts";
import { frameFile, type MultipartFrame } from "../../wires/multipart.ts";
import type { Action, Progress } from "../driver.ts";

type Install = Extract<Action, { readonly kind: "InstallFirmware" }>;

/** The slowest radio that is still worth waiting for. */
const slowestBytesPerSecond = 15_000;
const answerMs = 15_000;
const totalMs = 180_000;

/** Frames of images, so that one that goes to 200 nodes is searched for the boundary once. */
export class UploadFrames {
  readonly #frames = new WeakMap<Uint8Array, MultipartFrame>();

  of(image: Uint8Array): MultipartFrame {
    const known = this.#frames.get(image);
    if (known) return known;
    const frame = frameFile(image, "file", "firmware.bin");
    this.#frames.set(image, frame);
    return frame;
  }
}

/** The upload of an image. Upstream nodes ignore the query. */
export function uploadRequest(
  { image, md5, version, fence }: Install,
  { contentType, before, after }: MultipartFrame,
  report: Progress,
): Omit<DeviceRequest, "address" | "port"> {
  const query = new URLSearchParams({ size: String(image.length), md5, version, fence: String(fence) });
  const totalBytes = image.length;
  return {
    method: "POST",
    path: `/api/node/update?${query}`,
    headers: { "Content-Type": contentType },
    body: [before, image, after],
    onSent: (sent) => report({ sentBytes: Math.min(Math.max(0, sent - before.length), totalBytes), totalBytes }),
  };
}

/**
 * The deadlines of an upload. What the socket took may still be in this machine's send buffer, so the answer may come as
 * late as the slowest node takes for all of it.
 */
export function uploadDeadlines(bytes: number): Deadlines {
  return {
    connectMs: 5_000,
    idleMs: 20_000,
    answerMs: Math.min(totalMs, answerMs + Math.ceil((bytes / slowestBytesPerSecond) * 1000)),
    totalMs,
  };
}
