import { SporeError } from "../base/errors.ts";

/**
 * The whole body as text.
 *
 * @param asked names the request in the error: "GET /api/v1/secrets".
 * @throws SporeError `SPORE_TOO_LARGE` when it is longer than `maxBytes`.
 */
export async function readText(chunks: AsyncIterable<Uint8Array>, maxBytes: number, asked: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new SporeError("SPORE_TOO_LARGE", `the answer to ${asked} is longer than ${maxBytes} bytes`, {
        hint: "Ask for less at a time, with a limit or a selector.",
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString("utf8");
}
