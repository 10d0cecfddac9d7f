import { SporeError } from "../../base/errors.ts";
import { objectApi } from "../../client/object-api.ts";
import { type Applied, applyAll, danglingReferences } from "../../manifests/apply.ts";
import { clientSideManager } from "../../manifests/client-side-ownership.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";
import { readTimeout } from "../session/until.ts";
import { type DryRun, dryRunOption, readDryRun } from "../write/dry-run.ts";
import { readFieldValidation, validateOption } from "../write/field-validation.ts";
import { Outcome } from "../write/outcome.ts";
import { placedError } from "../write/placed.ts";
import { selected } from "../write/selected.ts";
import { addSourceOptions, readSources, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";
import { defineSetLastApplied, defineViewLastApplied } from "./last-applied.ts";
import { type PruneOptions, pruneAfter, readPrune } from "./prune.ts";
import { serverSideManager } from "./server-side-manager.ts";
import { untilReady } from "./until-ready.ts";

export interface ApplyOptions extends GlobalOptions, SourceOptions, PruneOptions {
  readonly dryRun?: string;
  readonly serverSide?: boolean;
  readonly forceConflicts?: boolean;
  readonly fieldManager?: string;
  readonly validate?: string | boolean;
  readonly output?: string;
  readonly wait?: boolean;
  readonly timeout: string;
}

/** `sporectl apply -f FILE|DIR|-`. */
export const apply: Command = {
  define(program, io, finish) {
    const parser = addSourceOptions(
      program
        .command("apply")
        .description("Make objects what files say. All of them are checked before the first is written."),
    )
      .option(...dryRunOption)
      .option("--server-side", "let the server merge, and keep book of who manages which field")
      .option("--force-conflicts", "with --server-side: take over fields that others manage with other values")
      .option("--field-manager <name>", "under which name the fields are managed; default: the one that kubectl uses")
      .option(...validateOption)
      .option("-l, --selector <labels>", "only objects of the files with these labels")
      .option("--prune", "remove what was applied before and is not in the files: say --inventory, -l or --all as well")
      .option("--inventory <name>", "with --prune: the ConfigMap that remembers what was applied under this name")
      .option("--all", "with --prune: among all objects that were ever applied in the namespaces of the files")
      .option(
        "--prune-allowlist <kind>",
        "with -l or --all: prune this GROUP/VERSION/KIND, such as core/v1/ConfigMap; may be given again",
        (kind: string, before: readonly string[] = []) => [...before, kind],
      )
      .option("--prune-all", "with --inventory: also remove more than a fifth of the inventory at once")
      .option("-o, --output <format>", "show the objects: json, yaml or name")
      .option("--wait", "wait until what was applied is Ready and what was pruned is gone")
      .option("--timeout <duration>", "how long to wait at the most", "5m")
      .action(async (_options: ApplyOptions, command) => {
        finish(await runApply(command.optsWithGlobals(), io));
      });
    parser.configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() });
    defineViewLastApplied(parser, io, finish);
    defineSetLastApplied(parser, io, finish);
  },
};

async function runApply(options: ApplyOptions, io: Io): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  refuseContradictions(options, dryRun);
  const validation = readFieldValidation(options.validate);
  const waitMs = readTimeout(options.timeout);
  const outcome = new Outcome(io, { ...options, dryRun, done: "applied" });
  await using session = await openSession(options, io);
  const prune = readPrune(options, session.names);
  const check = validation === "Strict";
  const read = selected(await readSources(options, { verb: "apply", check }, session, io), options.selector);
  const warn = warner(io);
  const manager = options.fieldManager ?? (options.serverSide ? serverSideManager : clientSideManager);
  const api = objectApi(session.client, manager, io.signal, warn, validation);
  const applied: Applied[] = [];
  const planned = read.manifests.length;
  await outcome.interruptible(planned, () =>
    applyAll(read, api, {
      ...(dryRun && { dryRun }),
      ...(options.serverSide && { serverSide: { force: options.forceConflicts === true } }),
      clock: io.clock,
      signal: io.signal,
      told: (each) => {
        applied.push(each);
        outcome.say(each.object, each.verdict);
      },
      failed: (manifest, error) => outcome.fail(placedError(manifest, error)),
    }),
  );
  const isWhole = applied.length === planned;
  const gone = prune && isWhole ? await pruneAfter(prune, applied, { session, api, io, dryRun, outcome }) : [];
  if (prune && !isWhole) io.err.write("nothing was pruned, because not everything was applied\n");
  const code = await outcome.end(planned);
  if (dryRun === undefined) for (const text of await danglingReferences(read.manifests, api)) warn(text);
  if (options.wait && dryRun === undefined) await untilReady(applied, gone, { session, io, waitMs });
  return code;
}

function refuseContradictions(options: ApplyOptions, dryRun: DryRun): void {
  const { serverSide, forceConflicts } = options;
  const refuse = (message: string, hint: string) => {
    throw new SporeError("SPORE_USAGE", message, { hint });
  };
  if (serverSide && dryRun === "client")
    refuse("--dry-run=client with --server-side", "only a server can do that: --dry-run=server");
  if (forceConflicts && !serverSide)
    refuse("--force-conflicts without --server-side", "there are no conflicts to force without it");
}
