import { type Kind, pathOf } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import { type OutputFormat, outputFormat, printObjects } from "../output/output-format.ts";
import { bodyCells, headerCells, type Table, tableMediaType } from "../output/table.ts";
import { readObject, refuseBoth } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { readTargets, type Targets } from "../session/targets.ts";
import { type GetOptions, layoutFor, namespaceFor, scope, selectors } from "./get-options.ts";
import { watchTarget } from "./get-watch.ts";

/** `sporectl get KIND [NAME…]`. */
export const get: Command = {
  define(program, io, finish) {
    program
      .command("get")
      .description("List objects, or show some: `get nodes`, `get ng lab-sensors -o yaml`, `get nodes,nodegroups -A`.")
      .argument("<what...>", "KIND [NAME…] or KIND/NAME…")
      .option("-A, --all-namespaces", "of every namespace")
      .option("-l, --selector <labels>", "only those with these labels, such as room=lab,app!=test")
      .option("--field-selector <fields>", "only those with these fields, such as metadata.name=esp-a1b2c3")
      .option("-o, --output <format>", "wide, yaml, json or name")
      .option("-w, --watch", "go on showing changes until Ctrl-C")
      .option("--output-watch-events", "with -w: say of each line whether it was ADDED, MODIFIED or DELETED")
      .option("--show-labels", "show the labels as the last column")
      .option("--no-headers", "leave the first line out")
      .action(async (words: string[], _options: GetOptions, command) => {
        finish(await runGet(words, command.optsWithGlobals(), io));
      });
  },
};

async function runGet(words: readonly string[], options: GetOptions, io: Io): Promise<number> {
  const format = outputFormat(options.output);
  await using session = await openSession(options, io);
  const targets = readTargets(words, session.names);
  for (const { kind, name } of targets) if (name !== undefined) refuseForNames(kind, options);
  if (options.watch) {
    const [only, ...others] = targets;
    if (!only || others.length > 0)
      throw new SporeError("SPORE_USAGE", "only one kind or object can be watched at a time");
    return watchTarget(only, { format, options, session, io });
  }
  if (format === "table" || format === "wide") return showTables(targets, format, options, session, io);
  const found = await Promise.all(targets.map((target) => objectsOf(target, options, session, io)));
  const single = targets.length === 1 && targets[0]?.name !== undefined;
  await printObjects(found.flat(), format, single, io.out);
  return exitCodes.done;
}

async function objectsOf(
  { kind, name }: Targets,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<readonly Resource[]> {
  if (name !== undefined) return [await readObject(kind, name, session, io.signal)];
  const namespace = namespaceFor(kind, options, session);
  return (await session.client.list(kind, { ...scope(namespace), ...selectors(options) }, io.signal)).items;
}

/** What says which of several is meant means nothing for one that is named. */
function refuseForNames(kind: Kind, options: GetOptions): void {
  refuseBoth(options);
  if (!options.allNamespaces || !kind.namespaced) return;
  throw new SporeError("SPORE_USAGE", "a name and -A at once: a name is one of one namespace", {
    hint: "say -n NAMESPACE, or leave the name out",
  });
}

async function showTables(
  targets: readonly Targets[],
  format: OutputFormat,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<number> {
  const kinds = [...new Set(targets.map(({ kind }) => kind))];
  let shown = 0;
  for (const kind of kinds) {
    const tables: Table[] = [];
    for (const target of targets.filter((target) => target.kind === kind)) {
      tables.push(await fetchTable(target, options, session, io));
    }
    const layout = layoutFor(kind, format, options, kinds.length > 1);
    const rows = tables.flatMap((table) => bodyCells(table, layout));
    if (rows.length === 0) continue;
    if (shown > 0) io.out.write("\n");
    shown += rows.length;
    const head = tables[0] && options.headers ? [headerCells(tables[0], layout)] : [];
    io.out.write(columns([...head, ...rows]));
  }
  if (shown === 0) io.err.write(nothingFound(kinds, options, session));
  return exitCodes.done;
}

function fetchTable({ kind, name }: Targets, options: GetOptions, session: Session, io: Io): Promise<Table> {
  const path = pathOf(kind, namespaceFor(kind, options, session), name);
  const query = new URLSearchParams(name === undefined ? { ...selectors(options) } : {});
  return session.readJson<Table>(path, { query, accept: tableMediaType, signal: io.signal });
}

function nothingFound(kinds: readonly Kind[], options: GetOptions, session: Session): string {
  const inside = kinds.some(({ namespaced }) => namespaced) && !options.allNamespaces;
  return inside ? `No resources found in ${session.namespace} namespace.\n` : "No resources found.\n";
}
