import type { Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import type { ParsedTexts } from "../../manifests/parse-yaml.ts";
import { parseStream, parseTree } from "../../manifests/read-tree.ts";
import { type ReadResult, readParsed } from "../../manifests/read-yaml.ts";
import { withWrittenKinds } from "../../manifests/written-kinds.ts";
import type { Io } from "../io.ts";
import type { Session } from "../session/session.ts";
import { offlineKinds } from "../validate/offline-kinds.ts";
import { readUrl } from "./read-url.ts";
import { serverKinds } from "./server-kinds.ts";

/** Where objects are written down. */
export interface SourceOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly kustomize?: string;
}

/** Adds `-f`, `-R` and `-k` to a verb that takes objects from files, and maybe words behind. */
export function addSourceOptions(parser: Parser): Parser {
  return parser
    .option(
      "-f, --filename <path>",
      "a file, a directory, an https:// address, or - for standard input; may be given again",
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .option("-R, --recursive", "also what lies in folders of folders")
    .option("-k, --kustomize <dir>", "what a directory with a kustomization.yaml amounts to");
}

/** Whether the user named any files. */
export function hasSources({ filename, kustomize }: SourceOptions): boolean {
  return (filename?.length ?? 0) > 0 || kustomize !== undefined;
}

/**
 * The texts that the user named.
 *
 * @param verb for the complaint when there are none: `apply`.
 * @throws SporeError `SPORE_USAGE` when nothing was named, `SPORE_MANIFEST_INVALID` when something cannot be read.
 */
export async function parseSources(options: SourceOptions, verb: string, io: Io): Promise<readonly ParsedTexts[]> {
  const { filename = [], recursive = false, kustomize } = options;
  if (!hasSources(options)) {
    throw new SporeError("SPORE_USAGE", `say what to ${verb}`, {
      hint: `sporectl ${verb} -f FILE, -f DIRECTORY, -f - or -k DIRECTORY`,
    });
  }
  if (kustomize !== undefined && filename.length > 0) {
    throw new SporeError("SPORE_USAGE", "-f and -k at once", { hint: "say one or the other" });
  }
  if (kustomize !== undefined) {
    const { kustomized } = await import("./kustomize.ts");
    return kustomized(kustomize, io);
  }
  const parsed: ParsedTexts[] = [];
  for (const path of filename) {
    io.signal.throwIfAborted();
    if (path === "-") parsed.push(await parseStream(io.input));
    else if (/^https?:\/\//.test(path)) parsed.push(await readUrl(path, io));
    else parsed.push(...(await parseTree(path, { recursive, pipes: true })));
  }
  return parsed;
}

export interface ReadSourcesOptions {
  /** For the complaint when nothing was named. */
  readonly verb: string;
  /** Whether `generateName` may stand in the place of a name. */
  readonly generateName?: boolean;
  /** Whether objects are checked here before the server is asked; default true. */
  readonly check?: boolean;
}

/**
 * The objects that the user named.
 *
 * @throws SporeError as `parseSources`; `SPORE_MANIFEST_INVALID` also when there are texts, and no object in them.
 */
export async function readSources(
  options: SourceOptions,
  { verb, generateName = false, check = true }: ReadSourcesOptions,
  session: Session,
  io: Io,
): Promise<ReadResult> {
  const parsed = await parseSources(options, verb, io);
  const lookup = serverKinds(session.names, check ? offlineKinds() : undefined);
  const read = readParsed(parsed, {
    namespace: session.namespace,
    lookup: withWrittenKinds(lookup, parsed),
    generateName,
  });
  if (read.manifests.length === 0 && read.problems.length === 0) {
    const where = options.kustomize ?? options.filename?.join(", ") ?? "";
    throw new SporeError("SPORE_MANIFEST_INVALID", `no objects in ${where}`);
  }
  return read;
}
