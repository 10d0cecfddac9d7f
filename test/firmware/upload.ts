import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Answer, type Board, imageOf } from "./board.ts";

const boundary = "spore-test-boundary";

/** A multipart body with one file part. */
export function multipart(file: Uint8Array, field = "file"): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="firmware.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** The header that goes with `multipart`. */
export const multipartType = { "Content-Type": `multipart/form-data; boundary=${boundary}` };

/** What stands in the query of an upload. */
export type UploadQuery = Readonly<Record<string, string | number>>;

/** Uploads `file` with its size and MD5, unless `query` says otherwise. */
export function upload(node: Board, file: Uint8Array, query: UploadQuery = {}, headers = {}): Promise<Answer> {
  const all = { size: file.length, md5: md5Of(file), ...query };
  return uploadBare(node, file, all, headers);
}

/** Uploads `file` with nothing but `query`. */
export function uploadBare(node: Board, file: Uint8Array, query: UploadQuery, headers = {}): Promise<Answer> {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
  return node.send("POST", `/api/node/update?${text}`, {
    headers: { ...multipartType, ...headers },
    body: multipart(file),
  });
}

/** The bytes of the image of a version. */
export async function imageBytes(version: string): Promise<Buffer> {
  return await readFile(imageOf(version).path);
}

export function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** What a node says it runs; undefined while it does not answer. */
export function runningVersion(node: Board): Promise<string | undefined> {
  return node.get("/api/node/status?brief=1").then(
    ({ body }) => versionIn(body),
    () => undefined, // not there, which is what the caller waits through
  );
}

function versionIn(status: unknown): string | undefined {
  if (typeof status !== "object" || status === null || !("x" in status)) return undefined;
  const { x } = status;
  return typeof x === "object" && x !== null && "version" in x && typeof x.version === "string" ? x.version : undefined;
}
