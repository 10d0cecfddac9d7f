import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What one stream of a command must hold. */
export interface Expected {
  /** The whole of it, but for white space at its end. */
  readonly text?: string;
  /** Each somewhere in it. */
  readonly patterns: readonly RegExp[];
}

/** One command, or what has become of one that was started before. */
export interface Step {
  readonly line: number;
  /** A command of the shell. */
  readonly run?: string;
  /** `start`: it goes on beside the steps that follow. The others name it: it has said this so far; it is ended; it has ended by itself. */
  readonly background?: { readonly what: "start" | "sees" | "end" | "finish"; readonly name: string };
  readonly code: number;
  readonly stdout: Expected | undefined;
  readonly stderr: Expected | undefined;
  /** Minor versions of kubectl, both included. */
  readonly since: number;
  readonly upTo: number;
  /** One of the few that every version goes through over both protocols. */
  readonly short: boolean;
}

/** A file of the table: what belongs together, in order. */
export interface Chapter {
  readonly name: string;
  /** Made before the first step, in the directory where the commands run. */
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
}

/** The table (its format: `steps/README.md`), in the order of its file names. */
export function readChapters(): readonly Chapter[] {
  const folder = fileURLToPath(new URL("steps/", import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return names.sort().map((name) => readChapter(name, readFileSync(`${folder}${name}`, "utf8")));
}

/** @throws TypeError that names the line which makes no sense. */
export function readChapter(name: string, text: string): Chapter {
  const files = new Map<string, string>();
  const steps: Step[] = [];
  for (const { head, body, line } of blocksOf(name, text)) {
    const file = /^file (\S+)$/.exec(head)?.[1];
    if (file === undefined) steps.push(readStep(name, line, head, body));
    else files.set(file, indented(body));
  }
  return { name, files, steps };
}

interface Block {
  readonly line: number;
  readonly head: string;
  readonly body: readonly string[];
}

/** A block begins at `file`, `$` or `[`; all up to the next one is its body. */
function blocksOf(name: string, text: string): readonly Block[] {
  const blocks: { line: number; head: string; body: string[] }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^(file |\$ |\[)/.test(line)) blocks.push({ line: index + 1, head: line, body: [] });
    else if (/^[ >!=]/.test(line) && blocks.length > 0) blocks.at(-1)?.body.push(line);
    else if (line !== "" && !line.startsWith("#")) throw new TypeError(`${name}:${index + 1}: what is ${line}?`);
  }
  return blocks;
}

function readStep(name: string, line: number, head: string, body: readonly string[]): Step {
  const [, marks = "", command] = /^(?:\[(.*?)\])? ?(?:\$ (.*))?$/.exec(head) ?? [];
  const known = { since: 0, upTo: Number.POSITIVE_INFINITY, short: false };
  let background: Step["background"];
  for (const mark of marks.split(",").map((each) => each.trim())) {
    const [, what, operand = ""] = /^(start|sees|end|finish|since|up to|short)(?: (\S+))?$/.exec(mark) ?? [];
    if (what === "since") known.since = Number(operand);
    else if (what === "up to") known.upTo = Number(operand);
    else if (what === "short") known.short = true;
    else if (what === "start" || what === "sees" || what === "end" || what === "finish")
      background = { what, name: operand };
    else if (mark !== "") throw new TypeError(`${name}:${line}: what is [${mark}]?`);
  }
  return {
    line,
    ...known,
    ...(command === undefined ? {} : { run: [command, indented(body)].join("\n").trimEnd() }),
    ...(background && { background }),
    code: Number(body.find((each) => each.startsWith("="))?.slice(1) ?? 0),
    stdout: readExpected(body.filter((each) => each.startsWith(">"))),
    stderr: readExpected(body.filter((each) => each.startsWith("!"))),
  };
}

/** The lines of a body that belong to a file or a command. */
function indented(body: readonly string[]): string {
  const lines = body.filter((each) => each.startsWith("  ")).map((each) => `${each.slice(2)}\n`);
  return lines.join("");
}

function readExpected(lines: readonly string[]): Expected | undefined {
  if (lines.length === 0) return undefined;
  const patterns: RegExp[] = [];
  const exact: string[] = [];
  for (const line of lines.map((each) => each.slice(2))) {
    const [, source, flags] = /^\/(.*)\/([ims]*)$/.exec(line) ?? [];
    if (source === undefined) exact.push(line);
    else patterns.push(new RegExp(source, flags));
  }
  return exact.length === 0 ? { patterns } : { text: exact.join("\n"), patterns };
}
