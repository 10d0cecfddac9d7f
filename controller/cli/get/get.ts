import { Option, type Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { objectPrinter } from "../output/object-printer.ts";
import { isTable, outputFormat } from "../output/output-format.ts";
import { openSession, type Session } from "../session/session.ts";
import { readTargets } from "../session/targets.ts";
import { addSourceOptions, hasSources } from "../write/sources.ts";
import { fetchObjects, objectsInFiles, reportMissing } from "./get-objects.ts";
import { type GetOptions, namespaceFor, refuseContradictions, type Wanted } from "./get-options.ts";
import { showTables } from "./get-tables.ts";
import { watchWanted } from "./get-watch.ts";

/** `sporectl get KIND [NAME…]`. */
export const get: Command = {
  define(program, io, finish) {
    const parser = program
      .command("get")
      .description("List objects, or show some: `get nodes`, `get ng lab-sensors -o yaml`, `get nodes,nodegroups -A`.")
      .argument("[what...]", "KIND [NAME…], KIND,KIND or KIND/NAME…");
    addPrintOptions(addSelectOptions(addSourceOptions(parser))).action(
      async (words: string[], _options: GetOptions, command) => {
        finish(await runGet(words, command.optsWithGlobals(), io));
      },
    );
  },
};

function addSelectOptions(parser: Parser): Parser {
  return parser
    .option("-A, --all-namespaces", "of every namespace")
    .option("-l, --selector <labels>", "only those with these labels, such as room=lab,app!=test")
    .option("--field-selector <fields>", "only those with these fields, such as metadata.name=esp-a1b2c3")
    .option("--ignore-not-found", "what is not there is no error")
    .option("--subresource <name>", "status or scale, instead of the whole object")
    .option("--chunk-size <count>", "how many objects to ask for at a time; 0: all at once", "500")
    .option("--raw <path>", "what the server answers to this path, as it is");
}

function addPrintOptions(parser: Parser): Parser {
  return parser
    .option(
      "-o, --output <format>",
      "wide, yaml, json, name, jsonpath=…, jsonpath-file=…, jsonpath-as-json=…, go-template=…, go-template-file=…, custom-columns=… or custom-columns-file=…",
    )
    .addOption(new Option("--template <template>", "the template of -o go-template or jsonpath").hideHelp())
    .option("-w, --watch", "go on showing changes until Ctrl-C")
    .option("--watch-only", "only the changes, not what there is")
    .option("--output-watch-events", "with -w: say of each line whether it was ADDED, MODIFIED or DELETED")
    .option("--sort-by <path>", "sort by a field, such as .metadata.creationTimestamp")
    .option("--show-labels", "show the labels as the last column")
    .option(
      "-L, --label-columns <labels>",
      "a column for each of these labels, with commas between",
      (text: string, before: readonly string[] = []) => [...before, ...text.split(",")],
    )
    .option("--show-kind", "show the kind with each name")
    .option("--show-managed-fields", "with -o yaml or json: also who owns which field")
    .option("--no-headers", "leave the first line out");
}

async function runGet(words: readonly string[], options: GetOptions, io: Io): Promise<number> {
  const format = outputFormat(options.output, options.template);
  refuseContradictions(format, options);
  if (options.raw !== undefined) return getRaw(words, options.raw, options, io);
  await using session = await openSession(options, io);
  const wanted = await wantedObjects(words, options, session, io);
  if (options.watch || options.watchOnly) {
    const [only, ...others] = wanted;
    if (!only || others.length > 0)
      throw new SporeError("SPORE_USAGE", "you may only specify a single resource type when watching", {
        hint: "watch one kind, or one object",
      });
    return watchWanted(only, { format, options, session, io });
  }
  if (isTable(format)) return showTables(wanted, format, options, session, io);
  const printer = await objectPrinter(format, { ...options, out: io.out }); // a bad template is no reason to ask a server
  const { found, missing } = await fetchObjects(wanted, options, session, io);
  const [object] = found;
  const isSingle = wanted.length === 1 && wanted[0]?.name !== undefined;
  if (!isSingle && (found.length > 0 || missing.length === 0)) printer.list(found);
  else if (object) printer.object(object);
  return reportMissing(missing, options, io);
}

async function wantedObjects(
  words: readonly string[],
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<readonly Wanted[]> {
  if (hasSources(options)) {
    if (words.length > 0) throw usage(`"${words[0]}" and files at once`, "say one or the other");
    return objectsInFiles(options, session, io);
  }
  if (words.length === 0) {
    throw usage("you must specify the type of resource to get", "sporectl api-resources lists what there is");
  }
  return readTargets(words, session.names).map(({ kind, name }) => {
    if (name === undefined) return { kind, name, namespace: namespaceFor(kind, options, session) };
    if (options.selector !== undefined || options.fieldSelector !== undefined) {
      throw usage("names and selectors at once", "say one or the other");
    }
    if (options.allNamespaces && kind.namespaced) {
      throw usage(
        "a resource cannot be retrieved by name across all namespaces",
        "say -n NAMESPACE, or leave the name out",
      );
    }
    return { kind, name, namespace: kind.namespaced ? session.namespace : undefined };
  });
}

async function getRaw(words: readonly string[], path: string, options: GetOptions, io: Io): Promise<number> {
  if (words.length > 0) throw usage("arguments may not be passed when --raw is specified", "leave them out");
  const url = URL.canParse(path, "https://server") ? new URL(path, "https://server") : undefined;
  if (!path.startsWith("/") || url?.host !== "server")
    throw usage(`--raw ${path} is no path of the server`, "begin it with /, such as /healthz");
  await using session = await openSession(options, io);
  const request = { query: url.searchParams, accept: "application/json, */*", signal: io.signal };
  io.out.write(await session.readText(url.pathname, request));
  return exitCodes.done;
}

function usage(message: string, hint: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
