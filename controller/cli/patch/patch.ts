import { readFile } from "node:fs/promises";
import { isSameResource, type Kind } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonValue } from "../../base/json.ts";
import { applyJsonPatch, parseJsonPatch } from "../../base/json-patch.ts";
import { mergePatch } from "../../base/merge-patch.ts";
import { isSameJson } from "../../base/same-json.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import type { Patch, UpdateOptions } from "../../client/client.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";
import { type Chosen, chooseObjects, liveOf } from "../write/chosen.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";

interface PatchOptions extends GlobalOptions, SourceOptions {
  readonly type?: string;
  readonly patch?: string;
  readonly patchFile?: string;
  readonly subresource?: string;
  readonly fieldManager: string;
  readonly dryRun?: string;
  readonly output?: string;
}

/** `sporectl patch KIND NAME -p PATCH`. */
export const patch: Command = {
  define(program, io, finish) {
    addSourceOptions(
      program
        .command("patch")
        .description("Change fields of objects without writing down the rest.")
        .argument("[what...]", "KIND NAME… or KIND/NAME…"),
    )
      .option(
        "--type <type>",
        "merge, json or strategic; default: strategic for kinds of Kubernetes itself, merge for others, which know no strategic",
      )
      .option("-p, --patch <patch>", "the patch, as JSON or YAML")
      .option("--patch-file <file>", "a file that holds the patch; - for standard input")
      .option("--subresource <name>", "status or scale: change that part alone")
      .option("--field-manager <name>", "under which name the change is recorded", "kubectl-patch")
      .option(...dryRunOption)
      .option("-o, --output <format>", "show the objects: json, yaml or name")
      .action(async (words: string[], _options: PatchOptions, command) => {
        finish(await runPatch(words, command.optsWithGlobals(), io));
      });
  },
};

async function runPatch(words: readonly string[], options: PatchOptions, io: Io): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  const subresource = readSubresource(options.subresource);
  const body = await readPatch(options, io);
  const outcome = new Outcome(io, { ...options, dryRun, done: "patched" });
  await using session = await openSession(options, io);
  const chosen = await chooseObjects(words, options, "patch", session, io);
  const write: UpdateOptions = {
    signal: io.signal,
    dryRun: dryRun === "server",
    fieldManager: options.fieldManager,
    onWarning: warner(io),
    ...(subresource && { subresource }),
  };
  await outcome.interruptible(chosen.length, async () => {
    for (const each of chosen) {
      await outcome.attempt(async () => {
        const live = await liveOf(each, session, io.signal);
        const change = patchOf(options.type, body, each.kind);
        const object = dryRun === "client" ? patched(live, change) : await send(each, change, write, session);
        const same = isSameJson(asJsonObject(withoutBookkeeping(object)), asJsonObject(withoutBookkeeping(live)));
        outcome.say(subresource === "scale" ? live : object, same ? "patched (no change)" : "patched");
      });
    }
  });
  return outcome.end(chosen.length);
}

async function send(
  { kind, key }: Chosen,
  change: Patch,
  write: UpdateOptions,
  { client }: Session,
): Promise<Resource> {
  try {
    return await client.patch(kind, key, change, write);
  } catch (error) {
    if (!isSporeError(error, "SPORE_UNSUPPORTED_MEDIA_TYPE")) throw error;
    const message = `${kind.plural} take no ${change.type} patch`;
    throw new SporeError(error.code, message, { hint: "say --type=merge or --type=json" }, { cause: error });
  }
}

/** What does not tell whether an object was changed. */
function withoutBookkeeping(object: Resource): Resource {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function patched(live: Resource, change: Patch): Resource {
  const object = asJsonObject(live);
  const result =
    change.type === "json"
      ? applyJsonPatch(object, change.body)
      : mergePatch(object, isJsonObject(change.body) ? change.body : {});
  return result as unknown as Resource; // what a server would make of it, its defaults aside
}

function patchOf(type: string | undefined, body: JsonValue, kind: Kind): Patch {
  switch (type ?? (isNative(kind) ? "strategic" : "merge")) {
    case "json":
      return { type: "json", body: parseJsonPatch(body) };
    case "merge":
      return { type: "merge", body };
    case "strategic":
      return { type: "strategic", body };
    default:
      throw new SporeError("SPORE_USAGE", `--type=${type}: no such patch`, { hint: "use merge, json or strategic" });
  }
}

/** Kinds that Kubernetes' programs have compiled in, and whose lists they can therefore merge. */
function isNative(kind: Kind): boolean {
  if (isSameResource(kind, CustomResourceDefinition)) return false;
  return !kind.group.includes(".") || kind.group.endsWith(".k8s.io");
}

function readSubresource(word: string | undefined): UpdateOptions["subresource"] {
  if (word === undefined || word === "status" || word === "scale") return word;
  throw new SporeError("SPORE_USAGE", `--subresource=${word}: no such part`, { hint: "use status or scale" });
}

async function readPatch({ patch: text, patchFile, type }: PatchOptions, io: Io): Promise<JsonValue> {
  if ((text === undefined) === (patchFile === undefined)) {
    const message = text === undefined ? "say what to change" : "-p and --patch-file at once";
    throw new SporeError("SPORE_USAGE", message, { hint: `sporectl patch KIND NAME -p '{"spec": …}'` });
  }
  const { parse } = await import("yaml");
  const source = text ?? (await readPatchFile(patchFile ?? "-", io));
  let value: unknown;
  try {
    value = parse(source);
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new SporeError("SPORE_USAGE", `the patch is neither JSON nor YAML: ${why}`);
  }
  const isFit =
    type === "json" ? Array.isArray(value) : typeof value === "object" && value !== null && !Array.isArray(value);
  if (isFit) return value as JsonValue; // what that parser makes of text is JSON, or refused by the server
  throw new SporeError("SPORE_USAGE", `the patch is no ${type === "json" ? "list of operations" : "object"}`, {
    hint:
      type === "json"
        ? `-p '[{"op": "replace", "path": "/spec/paused", "value": true}]'`
        : `-p '{"spec": {"paused": true}}'`,
  });
}

async function readPatchFile(path: string, io: Io): Promise<string> {
  if (path === "-") {
    const chunks: Uint8Array[] = [];
    for await (const chunk of io.input) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SporeError("SPORE_USAGE", `${path} cannot be read (${systemErrorCode(error) ?? "no reason given"})`);
  }
}
