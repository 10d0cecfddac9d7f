import { SporeError } from "../base/errors.ts";

/** Of one answer. A list of 10,000 nodes has some 40 MB. */
export const responseMaxBytes = 256 * 1024 * 1024;

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

/**
 * What the text of an answer says. The server made it; what it holds is trusted.
 *
 * @throws SporeError `SPORE_UNAVAILABLE` when it is not JSON.
 */
export function parseAnswer<T>(text: string, path: string): T {
  try {
    return JSON.parse(text);
  } catch (error) {
    const details = { hint: "Check that the server's address is that of a Kubernetes API." };
    throw new SporeError("SPORE_UNAVAILABLE", `the answer for ${path} is not JSON`, details, { cause: error });
  }
}
