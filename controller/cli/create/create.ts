import type { Resource } from "../../api/meta.ts";
import { refuse } from "../../manifests/apply.ts";
import { withLastApplied } from "../../manifests/last-applied.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { readFieldValidation, validateOption } from "../write/field-validation.ts";
import { Outcome } from "../write/outcome.ts";
import { placed } from "../write/placed.ts";
import { addSourceOptions, readSources, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";
import { defineConfigMap, defineSecret } from "./key-value-objects.ts";
import { defineNamespace, defineServiceAccount } from "./named-objects.ts";
import { defineBindings, defineRoles } from "./rbac-objects.ts";
import { defineToken } from "./token.ts";

interface CreateOptions extends GlobalOptions, SourceOptions {
  readonly fieldManager: string;
  readonly saveConfig?: boolean;
  readonly validate?: string | boolean;
  readonly dryRun?: string;
  readonly output?: string;
}

/** `sporectl create -f FILE`, and `sporectl create KIND NAME` for kinds that people make by hand. */
export const create: Command = {
  define(program, io, finish) {
    const parser = addSourceOptions(
      program
        .command("create")
        .description("Make new objects, from files or from words. What is there already is an error."),
    )
      .option("--field-manager <name>", "under which name the fields are recorded", "kubectl-create")
      .option("--save-config", "as if it had been applied, so that `apply` may change it later")
      .option(...validateOption)
      .option(...dryRunOption)
      .option("-o, --output <format>", "show the objects: json, yaml or name")
      .action(async (_options: CreateOptions, command) => {
        finish(await runCreate(command.optsWithGlobals(), io));
      });
    parser.configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() });
    for (const define of [defineNamespace, defineConfigMap, defineSecret, defineServiceAccount, defineToken]) {
      define(parser, io, finish);
    }
    defineRoles(parser, io, finish);
    defineBindings(parser, io, finish);
  },
};

async function runCreate(options: CreateOptions, io: Io): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  const validation = readFieldValidation(options.validate);
  const outcome = new Outcome(io, { ...options, dryRun, done: "created" });
  await using session = await openSession(options, io);
  const reading = { verb: "create", check: validation === "Strict", generateName: true };
  const { manifests, problems } = await readSources(options, reading, session, io);
  refuse(problems);
  const write = {
    signal: io.signal,
    dryRun: dryRun === "server",
    fieldManager: options.fieldManager,
    fieldValidation: validation,
    onWarning: warner(io),
  };
  await outcome.interruptible(manifests.length, async () => {
    for (const manifest of manifests) {
      await outcome.attempt(async () => {
        const wanted: Resource = options.saveConfig ? withLastApplied(manifest.object) : manifest.object;
        const made = () => session.client.create(manifest.kind, wanted, write);
        outcome.say(dryRun === "client" ? wanted : await placed(manifest, made), "created");
      });
    }
  });
  return outcome.end(manifests.length);
}
