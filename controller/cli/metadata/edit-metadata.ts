import type { Command as Parser } from "commander";
import type { Resource } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { mergePatch } from "../../base/merge-patch.ts";
import { exitCodes, type Io } from "../io.ts";
import { singleLine } from "../output/safe-text.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";
import { addChoiceOptions, type ChoiceOptions, type Chosen, chooseObjects, liveOf } from "../write/chosen.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions } from "../write/sources.ts";
import { editPatch, type MetadataMap, splitEdits } from "./key-value-edits.ts";

/** What `label` and `annotate` differ in. */
export interface MetadataVerb {
  readonly verb: "label" | "annotate";
  readonly map: MetadataMap;
  /** One entry of the map, for complaints. */
  readonly entry: string;
  /** As in "2 of 5 objects were not labeled". */
  readonly done: string;
  /** What an object is said to be when its map goes from `present` to what `patch` makes of it. */
  verdict(patch: Readonly<Record<string, string | null>>, present: Readonly<Record<string, string>>): string;
}

export interface MetadataOptions extends GlobalOptions, ChoiceOptions {
  readonly overwrite?: boolean;
  readonly list?: boolean;
  readonly resourceVersion?: string;
  readonly fieldManager?: string;
  readonly dryRun?: string;
  readonly output?: string;
}

/** Adds the options that both verbs take. */
export function addMetadataOptions(parser: Parser, map: MetadataMap): Parser {
  return addChoiceOptions(addSourceOptions(parser))
    .option("--overwrite", `also change ${map} that have another value`)
    .option("--list", `show the ${map} after the change, or without one`)
    .option("--resource-version <version>", "only if the one object named is still of this version")
    .option("--field-manager <name>", "under which name the change is recorded")
    .option(...dryRunOption)
    .option("-o, --output <format>", "show the objects: json, yaml or name");
}

interface Planned {
  readonly chosen: Chosen;
  readonly live: Resource;
  readonly patch: Readonly<Record<string, string | null>>;
}

/** Runs `sporectl label` or `sporectl annotate`. Nothing changes where one of the objects has another value already. */
export async function editMetadata(
  { verb, map, entry, done, verdict }: MetadataVerb,
  all: readonly string[],
  options: MetadataOptions,
  io: Io,
): Promise<number> {
  const { edits, words } = splitEdits(all);
  if (edits.length === 0 && !options.list) {
    throw new SporeError("SPORE_USAGE", `say which ${map}`, { hint: "KEY=VALUE sets one, KEY- removes it" });
  }
  const dryRun = readDryRun(options.dryRun);
  const outcome = new Outcome(io, { ...options, dryRun, done });
  await using session = await openSession(options, io);
  const chosen = await chooseObjects(words, options, verb, session, io);
  if (options.resourceVersion !== undefined && chosen.length !== 1) {
    throw new SporeError("SPORE_USAGE", `--resource-version, and ${chosen.length} objects`, {
      hint: "name exactly one",
    });
  }
  const planned: Planned[] = [];
  for (const each of chosen) {
    const live = await liveOf(each, session, io.signal);
    const patch = editPatch(edits, live.metadata[map] ?? {}, options.overwrite === true, entry);
    planned.push({ chosen: each, live, patch });
  }
  if (planned.length === 0) io.err.write("No resources found.\n");
  await outcome.interruptible(planned.length, async () => {
    for (const { chosen: each, live, patch } of planned) {
      const present = live.metadata[map] ?? {};
      for (const [key, value] of Object.entries(patch)) {
        if (map === "labels" && value === null && !Object.hasOwn(present, key))
          io.out.write(`label "${key}" not found.\n`);
      }
      await outcome.attempt(async () => {
        const object = await changed({ chosen: each, live, patch });
        if (options.list) list(object, chosen.length > 1);
        else outcome.say(object, verdict(patch, present));
      });
    }
  });
  return options.list ? exitCodes.done : outcome.end(planned.length);

  async function changed({ chosen: { kind, key }, live, patch }: Planned): Promise<Resource> {
    const same = Object.entries(patch).every(([name, value]) => (live.metadata[map]?.[name] ?? null) === value);
    if (same && options.resourceVersion === undefined) return live;
    const { resourceVersion } = options;
    const body: JsonObject = { metadata: { [map]: patch, ...(resourceVersion !== undefined && { resourceVersion }) } };
    if (dryRun === "client") return mergePatch(asJsonObject(live), body) as unknown as Resource; // live, changed
    const fieldManager = options.fieldManager ?? `kubectl-${verb}`;
    const write = { signal: io.signal, dryRun: dryRun === "server", fieldManager };
    return session.client.patch(kind, key, { type: "merge", body }, write);
  }

  function list({ apiVersion, kind, metadata }: Resource, isOneOfMany: boolean): void {
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    if (isOneOfMany) io.out.write(`Listing ${map} for ${kind}.${group}/${metadata.name}:\n`);
    for (const [key, value] of Object.entries(metadata[map] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
      io.out.write(`${isOneOfMany ? " " : ""}${singleLine(`${key}=${value}`)}\n`);
    }
  }
}
