import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import type { ApiResponse } from "../api/transport.ts";

/** Shorter answers are sent as they are, as by kube-apiserver: on most networks they arrive as soon. */
const compressFromBytes = 128 * 1024;
/** The fastest; JSON of Kubernetes objects shrinks to a tenth even so. */
const level = 1;

/**
 * The same answer, gzipped where the client takes that and it is long. A watch never is: its events would wait in the compressor.
 *
 * @param acceptEncoding the header of that name.
 */
export async function compressLong(response: ApiResponse, acceptEncoding: string | undefined): Promise<ApiResponse> {
  const { headers, isLive } = response;
  if (isLive || response.status !== 200 || !takesGzip(acceptEncoding) || !isText(headers["content-type"]))
    return response;
  const { "content-length": length, ...others } = headers;
  if (length !== undefined && Number(length) < compressFromBytes) return response;
  const begun = await begin(response.body);
  if (begun.isWhole) return { ...response, body: begun.body };
  const vary = [headers.vary, "accept-encoding"].filter((name) => name !== undefined).join(", ");
  return { ...response, headers: { ...others, "content-encoding": "gzip", vary }, body: gzipped(begun.body) };
}

/** Whether `gzip` or `*` is among the encodings, and not with weight 0 (RFC 9110, 12.5.3). */
function takesGzip(acceptEncoding = ""): boolean {
  const weights = new Map(
    acceptEncoding.split(",").map((each) => {
      const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}

/** Images and the like are as small as they get. */
function isText(contentType = ""): boolean {
  return /^text\/|json|openapi|yaml/.test(contentType);
}

interface Begun {
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether all of it was read, so that it is short. */
  readonly isWhole: boolean;
}

/** Reads as much as tells whether the body is long. */
async function begin(body: AsyncIterable<Uint8Array>): Promise<Begun> {
  const iterator = body[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  for (let size = 0; size < compressFromBytes; ) {
    const { done, value } = await iterator.next();
    if (done === true) return { body: rejoin(read, undefined), isWhole: true };
    read.push(value);
    size += value.byteLength;
  }
  return { body: rejoin(read, iterator), isWhole: false };
}

/** What was read, and the rest; whoever stops early ends the rest as well. */
async function* rejoin(
  read: Uint8Array[],
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let chunk = read.shift(); chunk !== undefined; chunk = read.shift()) yield chunk;
    for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next()) {
      yield next.value;
    }
  } finally {
    await rest?.return?.();
  }
}

async function* gzipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gzip = createGzip({ level });
  // An error of the body destroys the compressor, and is thrown to whoever reads it here.
  pipeline(body, gzip, () => {});
  yield* gzip;
}
