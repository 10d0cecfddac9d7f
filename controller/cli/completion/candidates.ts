import { Command } from "commander";
import { pathOf } from "../../api/kind.ts";
import type { ObjectMeta } from "../../api/meta.ts";
import { Deadline } from "../../base/deadline.ts";
import { isSporeError } from "../../base/errors.ts";
import type { CommandEntry } from "../command.ts";
import type { Io } from "../io.ts";
import { addGlobalOptions, type GlobalOptions, takesValue } from "../session/global-options.ts";
import type { Session } from "../session/session.ts";

/** A shell waits for the answer, and its user with it. */
const answerTimeoutMs = 3000;
const namesMax = 500;

/** Verbs whose first word is a kind, and whose others are names. */
const kindVerbs = new Set([
  "get",
  "describe",
  "delete",
  "label",
  "annotate",
  "wait",
  "pause",
  "resume",
  "restart",
  "patch",
  "edit",
  "scale",
  "explain",
]);
/** Verbs whose words are names of nodes. */
const nodeVerbs = new Set(["adopt", "release"]);

const outputs = [
  "wide",
  "yaml",
  "json",
  "name",
  "jsonpath=",
  "jsonpath-file=",
  "jsonpath-as-json=",
  "go-template=",
  "go-template-file=",
  "custom-columns=",
  "custom-columns-file=",
];

/**
 * What the last of `words` may become. Whatever goes wrong, a server that is not there included, there is less to choose from.
 *
 * @param words behind `sporectl`, the last one unfinished and maybe empty.
 */
export async function candidates(
  words: readonly string[],
  commands: readonly CommandEntry[],
  io: Io,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  try {
    return (await possible(before, typed, commands, io)).filter((word) => word.startsWith(typed));
  } catch (error) {
    if (isSporeError(error)) return [];
    throw error;
  }
}

async function possible(
  before: readonly string[],
  typed: string,
  commands: readonly CommandEntry[],
  io: Io,
): Promise<readonly string[]> {
  const plain = before.filter((word, index) => !word.startsWith("-") && !isValue(before, index));
  const [verb, ...rest] = plain;
  const flag = before.at(-1) ?? "";
  if (flag.startsWith("-") && !flag.includes("=")) {
    const values = await valuesOf(flag, before, io);
    if (values) return values;
  }
  const entry = commands.find(({ name }) => name === verb);
  if (typed.startsWith("-")) return flagsOf(entry, rest, typed, before, io);
  if (verb === undefined) return commands.map(({ name }) => name);
  const inner = await innerVerbs(entry, rest, io);
  if (inner.length > 0) return inner;
  if (verb === "config" && rest.length === 1) return contextsAndSuch(rest[0] ?? "", before, io);
  if (verb === "completion") return ["bash", "zsh", "fish", "powershell"];
  if (verb === "top") return withSession(before, io, (session, signal) => namesOf("nodes", session, signal));
  if (nodeVerbs.has(verb)) return withSession(before, io, (session, signal) => namesOf("nodes", session, signal));
  if (verb === "sync") return withSession(before, io, (session, signal) => namesOf("gitsyncs", session, signal));
  return kindVerbs.has(verb) ? kindsOrNames(rest, typed, before, io) : [];
}

/** Flags that many verbs have, and that take a value. */
const valueFlags =
  /^(-o|--output|-l|--selector|--field-selector|-f|--filename|--for|--timeout|--sort-by|-L|--label-columns|--types|--subresource|--chunk-size|--raw|--template|-p|--patch|--type|--replicas)$/;

function isValue(words: readonly string[], index: number): boolean {
  const flag = words[index - 1] ?? "";
  return takesValue(flag) || valueFlags.test(flag);
}

/** Undefined for a flag that takes none. */
async function valuesOf(flag: string, before: readonly string[], io: Io): Promise<readonly string[] | undefined> {
  switch (flag) {
    case "-n":
    case "--namespace":
      return withSession(before.slice(0, -1), io, (session, signal) => namesOf("namespaces", session, signal));
    case "--context":
      return contextsAndSuch("use-context", before.slice(0, -1), io);
    case "--cluster":
      return contextsAndSuch("delete-cluster", before.slice(0, -1), io);
    case "--user":
      return contextsAndSuch("delete-user", before.slice(0, -1), io);
    case "-o":
    case "--output":
      return outputs;
    case "--color":
      return ["auto", "always", "never"];
    case "--types":
      return ["Normal", "Warning"];
    case "--for":
      return ["condition=", "jsonpath=", "create", "delete"];
    default:
      return takesValue(flag) || valueFlags.test(flag) ? [] : undefined;
  }
}

async function flagsOf(
  entry: CommandEntry | undefined,
  rest: readonly string[],
  typed: string,
  before: readonly string[],
  io: Io,
): Promise<readonly string[]> {
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/.exec(typed) ?? [];
  if (flag !== undefined && value !== undefined) {
    return ((await valuesOf(flag, [...before, flag], io)) ?? []).map((found) => `${flag}=${found}`);
  }
  const program = addGlobalOptions(new Command(), entry?.name);
  const parser = entry && (await parserOf(entry, io, program));
  const inner = parser?.commands.find((command) => command.name() === rest[0]);
  const options = [...(inner ?? parser ?? program).options, ...program.options];
  return [...new Set(options.map(({ long }) => long).filter((long) => long !== undefined)), "--help"];
}

async function parserOf(entry: CommandEntry, io: Io, program: Command): Promise<Command | undefined> {
  (await entry.load()).define(program, io, () => {});
  return program.commands.find((command) => command.name() === entry.name);
}

/** Verbs of a verb, such as `config use-context`. */
async function innerVerbs(
  entry: CommandEntry | undefined,
  rest: readonly string[],
  io: Io,
): Promise<readonly string[]> {
  if (!entry || rest.length > 0 || kindVerbs.has(entry.name)) return [];
  const parser = await parserOf(entry, io, addGlobalOptions(new Command(), entry.name));
  return parser?.commands.map((command) => command.name()) ?? [];
}

async function kindsOrNames(
  rest: readonly string[],
  typed: string,
  before: readonly string[],
  io: Io,
): Promise<readonly string[]> {
  return withSession(before, io, async (session, signal) => {
    const [kind] = rest;
    if (kind === undefined || kind.includes("/")) {
      const [word = "", slashed] = typed.split("/");
      if (slashed !== undefined) return (await namesOf(word, session, signal)).map((name) => `${word}/${name}`);
      const chosen = word.includes(",") ? word.slice(0, word.lastIndexOf(",") + 1) : "";
      return session.names.resources
        .filter(({ verbs }) => verbs.includes("get"))
        .map(({ kind: { plural } }) => chosen + plural);
    }
    const taken = new Set(rest.slice(1));
    return (await namesOf(kind, session, signal)).filter((name) => !taken.has(name));
  });
}

async function namesOf(word: string, session: Session, signal: AbortSignal): Promise<readonly string[]> {
  const [kind] = session.names.has(word) ? session.names.resolve(word) : [];
  if (!kind) return [];
  const path = pathOf(kind, kind.namespaced ? session.namespace : undefined);
  const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
  const query = new URLSearchParams({ limit: String(namesMax) });
  const { items } = await session.readJson<{ items: readonly { metadata: ObjectMeta }[] }>(path, {
    query,
    accept,
    signal,
  });
  return items.map(({ metadata }) => metadata.name);
}

async function withSession(
  before: readonly string[],
  io: Io,
  ask: (session: Session, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { openSession } = await import("../session/session.ts");
  using deadline = new Deadline(io.clock, io.signal, answerTimeoutMs, "completing");
  const { signal } = deadline;
  const quiet = { ...io, signal, err: { ...io.err, write: () => {}, isTerminal: false, width: 80 } };
  await using session = await openSession(globalOptionsIn(before), quiet);
  return await ask(session, signal);
}

/** What was typed of the options that say which server. */
function globalOptionsIn(before: readonly string[]): GlobalOptions {
  const program = addGlobalOptions(new Command(), undefined).allowUnknownOption().allowExcessArguments().exitOverride();
  program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  program.action(() => {});
  return program.parse([...before], { from: "user" }).opts();
}

async function contextsAndSuch(verb: string, before: readonly string[], io: Io): Promise<readonly string[]> {
  const { openKubeconfigs } = await import("../config/kubeconfig-files.ts");
  const files = await openKubeconfigs(globalOptionsIn(before), io);
  if (/cluster$/.test(verb)) return files.names("clusters");
  return /user$|credentials$/.test(verb) ? files.names("users") : files.names("contexts");
}
