import type { Command as Parser } from "commander";
import type { Kind } from "../../api/kind.ts";
import { type Key, keyOf, type Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import { listAll } from "../../client/list-all.ts";
import { refuse } from "../../manifests/apply.ts";
import type { Io } from "../io.ts";
import { notFound, scopeOf } from "../session/objects.ts";
import type { Session } from "../session/session.ts";
import { readTargets, type Targets } from "../session/targets.ts";
import { hasSources, readSources, type SourceOptions } from "./sources.ts";

/** Which objects a verb is meant for, beside the words behind it. */
export interface ChoiceOptions extends SourceOptions {
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
}

/** One object that a verb is meant for. */
export interface Chosen {
  readonly kind: Kind;
  readonly key: Key;
  /** As the server listed it; undefined where it was named, and may not be there. */
  readonly listed: Resource | undefined;
}

/** Adds the options by which objects are chosen that nobody names. */
export function addChoiceOptions(parser: Parser): Parser {
  return parser
    .option("-l, --selector <labels>", "objects with these labels, instead of names")
    .option("--field-selector <fields>", "objects with these fields, such as metadata.name=lab")
    .option("--all", "all of that kind in the namespace")
    .option("-A, --all-namespaces", "with -l, --field-selector or --all: in every namespace");
}

/**
 * The objects that a verb is meant for: those of files, those that words name, or those that the options choose. Never all of a kind unless that was
 * said.
 *
 * @param verb for the complaint: `delete`.
 * @throws SporeError `SPORE_USAGE` when nothing was chosen, or in two ways at once.
 */
export async function chooseObjects(
  words: readonly string[],
  options: ChoiceOptions,
  verb: string,
  session: Session,
  io: Io,
): Promise<readonly Chosen[]> {
  if (hasSources(options)) {
    if (words.length > 0) throw usage(`"${words[0]}" and files at once`, "say one or the other");
    const { manifests, problems } = await readSources(options, { verb, check: false }, session, io);
    refuse(problems);
    return manifests.map(({ kind, object }) => ({ kind, key: keyOf(object), listed: undefined }));
  }
  if (words.length === 0) throw usage(`say what to ${verb}`, `sporectl ${verb} KIND NAME…, KIND/NAME… or -f FILE`);
  const chosen: Chosen[] = [];
  for (const target of readTargets(words, session.names)) {
    chosen.push(...(await chooseTarget(target, options, verb, session, io.signal)));
  }
  return chosen;
}

async function chooseTarget(
  { kind, name }: Targets,
  { selector, fieldSelector, all, allNamespaces }: ChoiceOptions,
  verb: string,
  session: Session,
  signal: AbortSignal,
): Promise<readonly Chosen[]> {
  const isBroad = selector !== undefined || fieldSelector !== undefined || all === true;
  if (name !== undefined) {
    if (isBroad) throw usage(`names and ${all ? "--all" : "selectors"} at once`, "say one or the other");
    if (allNamespaces) throw usage("a name and -A at once", "an object has one namespace: say -n");
    return [{ kind, key: { ...scopeOf(kind, session.namespace), name }, listed: undefined }];
  }
  if (!isBroad) throw usage(`say which ${kind.plural} to ${verb}`, "name them, or say -l LABELS or --all");
  const scope = allNamespaces ? {} : scopeOf(kind, session.namespace);
  const selectors = {
    ...(selector !== undefined && { labelSelector: selector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
  const { items } = await listAll(session.client, kind, { ...scope, ...selectors }, signal);
  return items.map((object) => ({ kind, key: keyOf(object), listed: object }));
}

/** What the server has of it now. @throws SporeError `SPORE_NOT_FOUND`. */
export async function liveOf({ kind, key, listed }: Chosen, session: Session, signal: AbortSignal): Promise<Resource> {
  const live = listed ?? (await session.client.get(kind, key, signal));
  if (live) return live;
  throw notFound(kind, key.name);
}

function usage(message: string, hint: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
