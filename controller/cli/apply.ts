import { SporeError } from "../base/errors.ts";
import { type Applied, applyAll, danglingReferences } from "../manifests/apply.ts";
import type { ParsedTexts } from "../manifests/parse-yaml.ts";
import { parseStream, parseTree, type TreeOptions } from "../manifests/read-tree.ts";
import { type ReadResult, readParsed } from "../manifests/read-yaml.ts";
import { withWrittenKinds } from "../manifests/written-kinds.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import { knownKinds } from "./known-kinds.ts";
import { objectApi } from "./object-api.ts";
import { typedName } from "./output/output-format.ts";
import { paint } from "./output/paint.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { openSession } from "./session/session.ts";

interface ApplyOptions extends GlobalOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly dryRun?: string;
}

/** `sporectl apply -f FILE|DIR|-`. */
export const apply: Command = {
  define(program, io, finish) {
    program
      .command("apply")
      .description("Make objects what files say. All of them are checked before the first is written.")
      .option("-f, --filename <path...>", "files, directories, or - for standard input")
      .option("-R, --recursive", "also what lies in folders of folders")
      .option("--dry-run <where>", "server: ask the server what it would do, and change nothing")
      .action(async (_options: ApplyOptions, command) => {
        finish(await runApply(command.optsWithGlobals(), io));
      });
  },
};

async function runApply(options: ApplyOptions, io: Io): Promise<number> {
  if (!options.filename?.length) {
    throw new SporeError("SPORE_USAGE", "say what to apply", { hint: "sporectl apply -f FILE, -f DIRECTORY or -f -" });
  }
  if (options.dryRun !== undefined && options.dryRun !== "server") {
    throw new SporeError("SPORE_USAGE", `--dry-run=${options.dryRun}: only "server" is known`);
  }
  const dryRun = options.dryRun === "server";
  await using session = await openSession(options, io);
  const tree = {
    recursive: options.recursive === true,
    namespace: session.namespace,
    lookup: knownKinds(),
    pipes: true,
  };
  const read = await readAll(options.filename, tree, io);
  if (read.manifests.length === 0 && read.problems.length === 0) {
    throw new SporeError("SPORE_MANIFEST_INVALID", `no objects in ${options.filename.join(", ")}`);
  }
  const warn = (text: string) => io.err.write(`${paint(io.err, "yellow", "Warning:")} ${text}\n`);
  const api = objectApi(session.client, "sporectl-apply", io.signal, warn);
  const told = ({ manifest, verdict }: Applied) =>
    io.out.write(`${typedName(manifest.object)} ${verdict}${dryRun ? " (server dry run)" : ""}\n`);
  await applyAll(read, api, { ...(dryRun && { dryRun: "server" }), clock: io.clock, signal: io.signal, told });
  if (!dryRun) for (const text of await danglingReferences(read.manifests, api)) warn(text);
  return exitCodes.done;
}

async function readAll(paths: readonly string[], tree: TreeOptions, io: Io): Promise<ReadResult> {
  const parsed: ParsedTexts[] = [];
  for (const path of paths)
    parsed.push(...(path === "-" ? [await parseStream(io.input)] : await parseTree(path, tree)));
  return readParsed(parsed, { ...tree, lookup: withWrittenKinds(tree.lookup, parsed) });
}
