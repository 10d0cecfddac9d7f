import { createHash } from "node:crypto";
import type { ApiResponse, Transport } from "../api/transport.ts";
import type { BlobInfo, BlobStore } from "../artifacts/blob-store.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { eachUntilAborted } from "../base/each-until-aborted.ts";
import { SporeError } from "../base/errors.ts";
import { imageMaxBytes } from "../base/limits.ts";
import { readText } from "../client/response-body.ts";
import { responseError } from "../client/status-error.ts";

/** An image over a slow line. */
const readTimeoutMs = 120_000;
const errorMaxBytes = 64 * 1024;

/**
 * The images that another `spored` keeps. Reading them is a right of its own there.
 *
 * @param under the path under which they lie by their digests.
 * @param signal ends all requests: the process is to end.
 */
export function remoteBlobs(
  { transport, clock, under }: { readonly transport: Transport; readonly clock: Clock; readonly under: string },
  signal: AbortSignal,
): Pick<BlobStore, "stat" | "read"> {
  const ask = async <R>({ digest, range }: Wanted, read: Read<R>): Promise<R> => {
    const path = `${under}/${digest}`;
    using deadline = new Deadline(clock, signal, readTimeoutMs, `GET ${path}`);
    const headers = range === undefined ? {} : { range };
    const request = { method: "GET", path, query: new URLSearchParams(), headers, signal: deadline.signal } as const;
    try {
      return await read(await successOf(await transport(request), path, deadline.signal), deadline.signal);
    } finally {
      deadline.abort(new SporeError("SPORE_INTERNAL", "the answer was read")); // frees what an unread body holds
    }
  };
  return {
    stat: (digest) =>
      ask({ digest, range: "bytes=0-0" }, async (response, signal): Promise<BlobInfo | undefined> => {
        if (response.status === 404) return undefined;
        for await (const _ of eachUntilAborted(response.body, signal)); // one byte
        const size = /\/(\d+)$/.exec(response.headers["content-range"] ?? "")?.[1];
        return { digest, sizeBytes: Number(size ?? 0), storedAtMs: 0 };
      }),
    read: (digest) =>
      ask({ digest }, async (response, signal) => {
        if (response.status === 404) throw missing(digest);
        const bytes = await bytesOf(response, digest, signal);
        const found = createHash("sha256").update(bytes).digest("hex");
        if (found === digest) return bytes;
        throw new SporeError("SPORE_UNAVAILABLE", `the server sent an image with the SHA-256 ${found} for ${digest}`);
      }),
  };
}

interface Wanted {
  readonly digest: string;
  readonly range?: string;
}

type Read<R> = (response: ApiResponse, signal: AbortSignal) => Promise<R>;

/** What there is, or that there is none; everything else is an error. */
async function successOf(response: ApiResponse, path: string, signal: AbortSignal): Promise<ApiResponse> {
  const { status, body } = response;
  if (status < 400 || status === 404 || status === 416) return response;
  throw responseError(response, await readText(eachUntilAborted(body, signal), errorMaxBytes, path), `GET ${path}`);
}

async function bytesOf(response: ApiResponse, digest: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of eachUntilAborted(response.body, signal)) {
    bytes += chunk.byteLength;
    if (bytes > imageMaxBytes)
      throw new SporeError("SPORE_TOO_LARGE", `the image ${digest} has more than ${imageMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function missing(digest: string): SporeError {
  const hint = "upload it with sporectl firmware push FILE";
  return new SporeError("SPORE_IMAGE_MISSING", `no artifact with the SHA-256 ${digest} was uploaded`, {
    name: digest,
    hint,
  });
}
