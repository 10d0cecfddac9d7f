import type { ApiRequest, ApiResponse } from "../api/transport.ts";
import type { BlobInfo, BlobStore } from "../artifacts/blob-store.ts";
import { eachUntilAborted } from "../base/each-until-aborted.ts";
import { SporeError } from "../base/errors.ts";
import { imageMaxBytes } from "../base/limits.ts";
import { bytesReply, jsonReply, streamReply } from "./reply.ts";

/** `/artifacts/sha256/<digest>`: images, under the digest of their bytes. */
export async function answerArtifacts(
  request: ApiRequest,
  segments: readonly string[],
  blobs: BlobStore,
): Promise<ApiResponse> {
  const [, algorithm, digest = "", ...rest] = segments;
  if (algorithm !== "sha256" || rest.length > 0) {
    throw new SporeError("SPORE_NOT_FOUND", "artifacts lie under /artifacts/sha256/<digest>");
  }
  switch (request.method) {
    case "GET":
      return download(request, digest, blobs);
    case "PUT":
      return upload(request, digest, blobs);
    default:
      throw new SporeError(
        "SPORE_METHOD_NOT_ALLOWED",
        `${request.method} is not supported on artifacts; GET, HEAD and PUT are`,
      );
  }
}

async function upload(request: ApiRequest, digest: string, blobs: BlobStore): Promise<ApiResponse> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > imageMaxBytes) {
    throw new SporeError("SPORE_TOO_LARGE", `an artifact may have ${imageMaxBytes} bytes, this one has ${announced}`);
  }
  const outcome = await blobs.put(digest, chunksOf(request), imageMaxBytes);
  if (outcome === "exists") await drain(chunksOf(request));
  const info = await blobs.stat(digest);
  const body = { digest: `sha256:${digest}`, sizeBytes: info?.sizeBytes ?? 0 };
  return jsonReply(outcome === "created" ? 201 : 200, JSON.stringify(body));
}

/** Some clients (curl 7.88 over HTTP/2) hang when they have their answer before they are done sending. */
async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.byteLength;
    if (received > imageMaxBytes) return;
  }
}

async function* chunksOf({ body, signal }: ApiRequest): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* eachUntilAborted(body, signal);
}

async function download(request: ApiRequest, digest: string, blobs: BlobStore): Promise<ApiResponse> {
  const info = await blobs.stat(digest);
  if (info === undefined) {
    const hint = "upload it with sporectl firmware push FILE";
    throw new SporeError("SPORE_NOT_FOUND", `no artifact with the SHA-256 ${digest} was uploaded`, {
      name: digest,
      kind: "artifacts",
      hint,
    });
  }
  const etag = `"sha256:${digest}"`;
  const headers = { "content-type": "application/octet-stream", etag, "accept-ranges": "bytes" };
  if (request.headers["if-none-match"] === etag) return bytesReply(304, new Uint8Array(), { etag });
  const range = rangeOf(request, info, etag);
  if (range === "unsatisfiable") {
    return bytesReply(416, new Uint8Array(), { ...headers, "content-range": `bytes */${info.sizeBytes}` });
  }
  const { start, end } = range ?? { start: 0, end: info.sizeBytes - 1 };
  const length = { "content-length": String(end - start + 1) };
  const part = range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${info.sizeBytes}` };
  const body = info.sizeBytes === 0 ? none() : blobs.stream(digest, start, end);
  return streamReply(range === undefined ? 200 : 206, body, { ...headers, ...length, ...part });
}

/** One range of bytes (RFC 9110, 14.2). What is not understood is answered with the whole, as the standard allows. */
function rangeOf(request: ApiRequest, { sizeBytes }: BlobInfo, etag: string) {
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== etag) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end || start >= sizeBytes ? ("unsatisfiable" as const) : { start, end };
}

async function* none(): AsyncGenerator<Uint8Array> {}
