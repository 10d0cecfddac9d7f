import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Node } from "../api/node.ts";
import { inspectRows } from "../artifacts/inspect.ts";
import { parseImage } from "../artifacts/parse-image.ts";
import { SporeError } from "../base/errors.ts";
import { columns } from "./columns.ts";
import type { GlobalOptions } from "./global-options.ts";
import { exitCodes, type Io } from "./io.ts";
import { paint } from "./paint.ts";
import { openSession } from "./session.ts";

export interface InspectOptions extends GlobalOptions {
  readonly node?: string;
}

const marks = { passed: "✔", failed: "✘", assumed: "?", warned: "!" } as const;
const colours = { passed: "green", failed: "red", assumed: "yellow", warned: "yellow" } as const;

/** Shows an image as a table; the exit code says whether it can be installed. */
export async function inspectFirmware(file: string, options: InspectOptions, io: Io): Promise<number> {
  const image = await parseImage(await readImage(file));
  const node = options.node === undefined ? undefined : await fetchNode(options.node, options, io);
  const rows = inspectRows(image, node && deviceFacts(node));
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, value, verdict } of rows) {
    const mark = verdict === undefined ? " " : paint(io.out, colours[verdict], marks[verdict]);
    io.out.write(`${mark} ${what.padEnd(width)}  ${value}\n`);
  }
  const failed = rows.filter(({ verdict }) => verdict === "failed");
  const assumed = rows.filter(({ verdict }) => verdict === "assumed");
  const subject = node ? `node ${node.metadata.name}` : basename(file);
  io.out.write(columns([["", `${subject}: ${failed.length} failed, ${assumed.length} assumed`]]));
  return failed.length === 0 ? exitCodes.done : exitCodes.failed;
}

/**
 * The bytes of an image.
 *
 * @throws SporeError `SPORE_USAGE` when the file cannot be read.
 */
export async function readImage(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new SporeError("SPORE_USAGE", `${file} cannot be read`, {}, { cause: error });
  }
}

async function fetchNode(name: string, options: GlobalOptions, io: Io): Promise<Node> {
  const session = await openSession(options, io);
  const node = await session.client.get(Node, { name }, io.signal);
  if (node) return node;
  throw new SporeError("SPORE_NOT_FOUND", `nodes.spore.dev "${name}" not found`, {
    hint: "sporectl get nodes lists them",
  });
}

function deviceFacts({ status = {} }: Node) {
  const { platform, labels, ota } = status;
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(labels?.app === undefined ? {} : { app: labels.app }),
    ...ota,
  };
}
