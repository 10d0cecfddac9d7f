import { createHash } from "node:crypto";
import { request } from "node:http";

/** What a device answered; `body` is undefined when it is not JSON. */
export interface DeviceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly body: any;
}

interface DeviceRequest {
  readonly address: string;
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own. Rejects with the socket's error. */
export function askDevice({
  address,
  port,
  method = "GET",
  path,
  headers,
  body,
}: DeviceRequest): Promise<DeviceAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: address,
      port,
      method,
      path,
      agent: false,
      headers: { ...headers, ...(body !== undefined && { "Content-Length": String(Buffer.byteLength(body)) }) },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    });
    sent.end(body);
  });
}

/** `image` as the file of a multipart form, as `curl -F file=@…` sends it. */
export function asMultipart(image: Uint8Array, boundary = "spore-test-boundary"): { type: string; body: Buffer } {
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="firmware.bin"',
    "Content-Type: application/octet-stream",
    "",
    "",
  ].join("\r\n");
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), image, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** Sends `image` to a device's update endpoint. */
export function uploadTo(
  device: { readonly address: string; readonly port: number },
  image: Uint8Array,
  query: Readonly<Record<string, string>> = {},
): Promise<DeviceAnswer> {
  const { type, body } = asMultipart(image);
  const path = `/api/node/update?${new URLSearchParams(query)}`;
  return askDevice({ ...device, method: "POST", path, headers: { "Content-Type": type }, body });
}

/** 32 hex digits. */
export function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

// biome-ignore lint/suspicious/noExplicitAny: see DeviceAnswer
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
