import { Readable } from "node:stream";
import type { ApiRequest } from "../api/transport.ts";
import { SporeError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { requestBodyMaxBytes } from "../base/limits.ts";
import { parseStrictJson, type StrictJson } from "../base/strict-json.ts";
import { parseStrictYaml } from "../base/strict-yaml.ts";
import { protobufType, readProtobuf } from "./protobuf-request.ts";
import type { ServedKind } from "./served-kind.ts";

/** Server-side apply. */
export const applyType = "application/apply-patch+yaml";

/** The part of the `content-type` header that names a format, in lower case; empty when there is none. */
export function mediaType(request: ApiRequest): string {
  return (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/**
 * The request's body as JSON.
 *
 * @param accepted formats that this request may come in; a body without a named format is taken for JSON.
 * @throws SporeError `SPORE_UNSUPPORTED_MEDIA_TYPE`, `SPORE_TOO_LARGE` beyond 3 MiB, `SPORE_BAD_REQUEST` for text that is no JSON or hostile.
 */
export async function readJsonBody(request: ApiRequest, accepted: readonly string[]): Promise<StrictJson> {
  const type = mediaType(request);
  if (type !== "" && !accepted.includes(type)) throw unsupported(accepted);
  if (request.direct?.value !== undefined) return { value: request.direct.value, duplicates: [] };
  if (type === protobufType) return { value: readProtobuf(await readBytes(request)), duplicates: [] };
  const text = await readText(request);
  if (text.trim() === "") throw new SporeError("SPORE_BAD_REQUEST", "the request has no body, but it needs one");
  return yamlTypes.includes(type) ? parseStrictYaml(text) : parseStrictJson(text);
}

const yamlTypes: readonly string[] = ["application/yaml", applyType];

/** A whole object: JSON or YAML, and for kinds of Kubernetes itself protobuf too. Throws as `readJsonBody` does. */
export function readObjectBody(request: ApiRequest, { form }: ServedKind): Promise<StrictJson> {
  const text = ["application/json", "application/yaml"];
  return readJsonBody(request, form === "native" ? [...text, protobufType] : text);
}

/** As `readJsonBody`, for a body that may be absent. */
export async function readOptionalJson(request: ApiRequest): Promise<JsonValue | undefined> {
  if (request.direct?.value !== undefined) return request.direct.value;
  if (request.body === undefined) return undefined;
  const type = mediaType(request);
  if (type === protobufType) {
    const bytes = await readBytes(request);
    return bytes.byteLength === 0 ? undefined : readProtobuf(bytes);
  }
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  if (type !== "" && type !== "application/json") throw unsupported(["application/json"]);
  return parseStrictJson(text).value;
}

export function unsupported(accepted: readonly string[]): SporeError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new SporeError("SPORE_UNSUPPORTED_MEDIA_TYPE", message);
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

async function readBytes(request: ApiRequest): Promise<Uint8Array> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > requestBodyMaxBytes) throw tooLarge();
  const { body } = request;
  const bytes = body instanceof Uint8Array ? body : await (body instanceof Readable ? drain(body) : collect(body));
  if (bytes.byteLength > requestBodyMaxBytes) throw tooLarge();
  return bytes;
}

async function readText(request: ApiRequest): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new SporeError("SPORE_BAD_REQUEST", "the body of the request is not valid UTF-8", {}, { cause });
  }
}

/** Reads a socket's body. Iterating over a stream would take as long as all the rest of a small request. */
function drain(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let size = 0;
    const take = (chunk: Uint8Array) => {
      size += chunk.byteLength;
      if (size <= requestBodyMaxBytes) parts.push(chunk);
      else settle(() => reject(tooLarge()));
    };
    const end = () =>
      settle(() => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    const fail = (error: unknown) => settle(() => reject(error));
    const close = () => fail(new SporeError("SPORE_TIMEOUT", "the client closed the connection"));
    const settle = (how: () => void) => {
      body.off("data", take).off("end", end).off("error", fail).off("close", close);
      how();
    };
    if (body.destroyed) close();
    else body.on("data", take).on("end", end).on("error", fail).on("close", close);
  });
}

async function collect(chunks: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks ?? []) {
    size += chunk.byteLength;
    if (size > requestBodyMaxBytes) throw tooLarge();
    parts.push(chunk);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function tooLarge(): SporeError {
  return new SporeError("SPORE_TOO_LARGE", `Request entity too large: limit is ${requestBodyMaxBytes}`);
}
