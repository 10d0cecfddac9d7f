import type { Command as Parser } from "commander";
import { keyOf } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import { refuse } from "../../manifests/apply.ts";
import { lastApplied, lastAppliedAnnotation, withLastApplied } from "../../manifests/last-applied.ts";
import { exitCodes, type Io } from "../io.ts";
import { goJson } from "../output/go-json.ts";
import { goYaml } from "../output/go-yaml.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { chosenObjects, notFound } from "../session/objects.ts";
import { openSession } from "../session/session.ts";
import { readTargets } from "../session/targets.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions, readSources, type SourceOptions } from "../write/sources.ts";

interface ViewOptions extends GlobalOptions {
  readonly output: string;
  readonly selector?: string;
  readonly all?: boolean;
}

interface SetOptions extends GlobalOptions, SourceOptions {
  readonly dryRun?: string;
  readonly createAnnotation?: boolean;
}

/** `sporectl apply view-last-applied KIND NAME`. */
export function defineViewLastApplied(apply: Parser, io: Io, finish: (code: number) => void): void {
  apply
    .command("view-last-applied")
    .description("Show what was applied last, client-side, to objects.")
    .argument("<what...>", "KIND NAME… or KIND/NAME…")
    .option("-o, --output <format>", "yaml or json", "yaml")
    .option("-l, --selector <labels>", "objects with these labels, instead of names")
    .option("--all", "all of that kind in the namespace")
    .action(async (words: string[], _options: ViewOptions, command) => {
      finish(await viewLastApplied(words, command.optsWithGlobals(), io));
    });
}

async function viewLastApplied(words: readonly string[], options: ViewOptions, io: Io): Promise<number> {
  const format = readFormat(options.output);
  await using session = await openSession(options, io);
  for (const target of readTargets(words, session.names)) {
    for (const object of await chosenObjects(target, options, "view", session, io.signal)) {
      const applied = lastApplied(object);
      if (applied) {
        io.out.write(format === "yaml" ? goYaml(applied) : `${goJson(applied, "  ")}\n`);
        continue;
      }
      throw new SporeError(
        "SPORE_NOT_FOUND",
        `${target.kind.plural} "${object.metadata.name}" was never applied client-side`,
        {
          hint: "sporectl apply set-last-applied -f FILE --create-annotation says that a file was",
        },
      );
    }
  }
  return exitCodes.done;
}

function readFormat(word: string): "yaml" | "json" {
  if (word === "yaml" || word === "json") return word;
  throw new SporeError("SPORE_USAGE", `-o ${word}: no such format`, { hint: "use yaml or json" });
}

/** `sporectl apply set-last-applied -f FILE`. */
export function defineSetLastApplied(apply: Parser, io: Io, finish: (code: number) => void): void {
  addSourceOptions(
    apply.command("set-last-applied").description("Say that files are what was applied last, without applying them."),
  )
    .option(...dryRunOption)
    .option("--create-annotation", "also on objects that were never applied")
    .action(async (_options: SetOptions, command) => {
      finish(await setLastApplied(command.optsWithGlobals(), io));
    });
}

async function setLastApplied(options: SetOptions, io: Io): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  const outcome = new Outcome(io, { dryRun, done: "configured" });
  await using session = await openSession(options, io);
  const { manifests, problems } = await readSources(options, { verb: "apply set-last-applied" }, session, io);
  refuse(problems);
  const planned: {
    readonly manifest: (typeof manifests)[number];
    readonly text: string;
    readonly old: string | undefined;
  }[] = [];
  for (const manifest of manifests) {
    const { kind, object } = manifest;
    const live = await session.client.get(kind, keyOf(object), io.signal);
    if (!live) throw notFound(kind, object.metadata.name);
    const old = live.metadata.annotations?.[lastAppliedAnnotation];
    if (old === undefined && !options.createAnnotation) {
      throw new SporeError(
        "SPORE_NOT_FOUND",
        `${kind.plural} "${object.metadata.name}" was never applied client-side`,
        {
          hint: "say --create-annotation to begin with it",
        },
      );
    }
    planned.push({ manifest, old, text: withLastApplied(object).metadata.annotations?.[lastAppliedAnnotation] ?? "" });
  }
  for (const { manifest, text, old } of planned) {
    const { kind, object } = manifest;
    const patch = { type: "merge", body: { metadata: { annotations: { [lastAppliedAnnotation]: text } } } } as const;
    const write = { signal: io.signal, dryRun: dryRun === "server", fieldManager: "kubectl-client-side-apply" };
    if (old === text) io.out.write(`set-last-applied ${object.metadata.name}: no changes required.\n`);
    else {
      if (dryRun !== "client") await session.client.patch(kind, keyOf(object), patch, write);
      outcome.say(object, "configured");
    }
  }
  return outcome.end(planned.length);
}
