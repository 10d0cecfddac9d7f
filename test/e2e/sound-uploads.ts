import { expect } from "vitest";
import type { UploadRecord } from "../../controller/simulator/spore/upload-log.ts";

/**
 * The uploads of a C++ board, from the lines on its console. Their times are line numbers: one board prints in order, and each boot counts
 * its milliseconds anew.
 */
export function uploadsOfConsole(lines: readonly string[]): readonly UploadRecord[] {
  const uploads: UploadRecord[] = [];
  const end = (at: number, outcome: UploadRecord["outcome"], detail: string) => {
    const running = uploads.findLastIndex((upload) => upload.outcome === "running");
    const upload = uploads[running];
    if (upload) uploads[running] = { ...upload, endedAtMs: at, outcome, detail };
  };
  for (const [at, line] of lines.entries()) {
    const text = line.replace(/^\[\d+\] /, "");
    const [, refusal] = /^update refused: (.*)/.exec(text) ?? [];
    if (text.startsWith("update started")) uploads.push(started(at, text));
    else if (refusal !== undefined)
      uploads.push({ startedAtMs: at, endedAtMs: at, bytes: 0, outcome: "refused", detail: refusal });
    else if (text.startsWith("update staged")) end(at, "accepted", text);
    else if (text.startsWith("update failed")) end(at, "failed", text);
    else if (text.startsWith("update interrupted")) end(at, "aborted", text);
    else if (/ (up|in safe mode) after /.test(text)) end(at, "aborted", text);
  }
  return uploads;
}

function started(at: number, text: string): UploadRecord {
  const { size, fence, md5 } = Object.fromEntries(
    [...text.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]),
  );
  return {
    startedAtMs: at,
    bytes: Number(size ?? 0),
    // A board takes no SHA-256, and nobody makes MD5 collisions here.
    ...(md5 !== undefined && { digest: md5, md5 }),
    ...(fence !== undefined && { fence: Number(fence) }),
    outcome: "running",
  };
}

/**
 * By the node's own log. No upload came while another was under way, an image that it took is not sent to it again, and fences grow. Uploads
 * that a crash cut off do not count, for the node has nothing of them.
 */
export function expectSoundUploads(node: string, uploads: readonly UploadRecord[]): void {
  const overlapping = uploads.filter((upload, index) => {
    const next = uploads[index + 1];
    return next !== undefined && (upload.endedAtMs ?? Number.POSITIVE_INFINITY) > next.startedAtMs;
  });
  expect([node, overlapping]).toEqual([node, []]);
  const taken = uploads.filter(({ outcome }) => outcome === "accepted").map(({ digest }) => digest);
  expect([node, taken]).toEqual([node, [...new Set(taken)]]);
  const fences = uploads.flatMap(({ fence }) => fence ?? []);
  expect([node, fences]).toEqual([node, [...fences].sort((a, b) => a - b)]);
}
