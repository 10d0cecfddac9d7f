import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Node } from "../../api/node.ts";
import type { ImageFacts } from "../../artifacts/image-facts.ts";
import { inspectRows } from "../../artifacts/inspect.ts";
import { parseImage } from "../../artifacts/parse-image.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { exitCodes, type Io } from "../io.ts";
import { ageText } from "../output/age-text.ts";
import { paint } from "../output/paint.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { readObject } from "../session/objects.ts";
import { openSession } from "../session/session.ts";

export interface InspectOptions extends GlobalOptions {
  readonly node?: string;
}

const marks = { passed: "✔", failed: "✘", assumed: "?", warned: "!" } as const;
const colours = { passed: "green", failed: "red", assumed: "yellow", warned: "yellow" } as const;

/** Shows an image as a table; the exit code says whether it can be installed. */
export async function inspectFirmware(file: string, options: InspectOptions, io: Io): Promise<number> {
  const { image } = await readImage(file);
  const node = options.node === undefined ? undefined : await fetchNode(options.node, options, io);
  const rows = inspectRows(image, node && deviceFacts(node));
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, value, verdict, at } of rows) {
    const mark = verdict === undefined ? " " : paint(io.out, colours[verdict], marks[verdict]);
    io.out.write(`${mark} ${what.padEnd(width)}  ${value}${agoText(at, io)}\n`);
  }
  const failed = rows.filter(({ verdict }) => verdict === "failed");
  const assumed = rows.filter(({ verdict }) => verdict === "assumed");
  const subject = node ? `node ${node.metadata.name}` : basename(file);
  io.out.write(`${subject}: ${summary(failed.length, assumed.length)}\n`);
  return failed.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** Nothing for an instant that is still to come: that machine's clock was wrong, or this one's is. */
function agoText(instant: string | undefined, io: Io): string {
  return instant === undefined || Date.parse(instant) > io.clock.now() ? "" : ` (${ageText(instant, io)} ago)`;
}

function summary(failed: number, assumed: number): string {
  const verdict = failed === 0 ? "no check failed" : `${failed} check${failed === 1 ? "" : "s"} failed`;
  return assumed === 0 ? verdict : `${verdict}, ${assumed} fact${assumed === 1 ? "" : "s"} assumed`;
}

/**
 * An image, and the bytes of its file.
 *
 * @throws SporeError `SPORE_IMAGE_INVALID`, which names the file, when it cannot be read or holds no whole image.
 */
export async function readImage(file: string): Promise<{ readonly bytes: Uint8Array; readonly image: ImageFacts }> {
  const bytes = await readBytes(file);
  try {
    return { bytes, image: await parseImage(bytes) };
  } catch (error) {
    if (!isSporeError(error)) throw error;
    throw new SporeError(error.code, `${file}: ${error.message}`, error.details, { cause: error });
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = systemErrorCode(error);
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new SporeError("SPORE_IMAGE_INVALID", `${file} ${why}`, {}, { cause: error });
  }
}

async function fetchNode(name: string, options: GlobalOptions, io: Io): Promise<Node> {
  await using session = await openSession(options, io);
  return await readObject(Node, name, session, io.signal);
}

function deviceFacts({ status = {} }: Node) {
  const { platform, labels, ota } = status;
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(labels?.app === undefined ? {} : { app: labels.app }),
    ...ota,
  };
}
