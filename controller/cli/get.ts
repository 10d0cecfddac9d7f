import { type Kind, pathOf, resourceName } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { columns, growingColumns } from "./columns.ts";
import type { Command } from "./command.ts";
import { follow } from "./follow.ts";
import type { GlobalOptions } from "./global-options.ts";
import { exitCodes, type Io } from "./io.ts";
import { type OutputFormat, outputFormat, printObjects } from "./output-format.ts";
import { openSession, type Session } from "./session.ts";
import { bodyCells, headerCells, type Table, type TableLayout, tableMediaType } from "./table.ts";
import { readTargets, type Targets } from "./targets.ts";

interface GetOptions extends GlobalOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly output?: string;
  readonly watch?: boolean;
  readonly showLabels?: boolean;
  readonly headers: boolean;
}

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
      .option("--show-labels", "show the labels as the last column")
      .option("--no-headers", "leave the first line out")
      .action(async (words: string[], options: GetOptions, command) => {
        finish(await runGet(words, { ...command.optsWithGlobals(), ...options }, io));
      });
  },
};

async function runGet(words: readonly string[], options: GetOptions, io: Io): Promise<number> {
  const format = outputFormat(options.output);
  await using session = await openSession(options, io);
  const targets = readTargets(words, session.names);
  if (options.watch) {
    const [only, ...others] = targets;
    if (!only || others.length > 0)
      throw new SporeError("SPORE_USAGE", "only one kind or object can be watched at a time");
    return watchTarget(only, format, options, session, io);
  }
  if (format === "table" || format === "wide") return showTables(targets, format, options, session, io);
  const found = await Promise.all(targets.map((target) => objectsOf(target, options, session, io)));
  const single = targets.length === 1 && targets[0]?.name !== undefined;
  printObjects(found.flat(), format, single, io.out);
  return exitCodes.done;
}

async function objectsOf(
  { kind, name }: Targets,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<readonly Resource[]> {
  const namespace = namespaceFor(kind, options, session);
  if (name === undefined) {
    return (await session.client.list(kind, { ...scope(namespace), ...selectors(options) }, io.signal)).items;
  }
  const object = await session.client.get(kind, { ...scope(namespace), name }, io.signal);
  if (object) return [object];
  throw new SporeError("SPORE_NOT_FOUND", `${resourceName(kind)} "${name}" not found`, { name, kind: kind.plural });
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

async function watchTarget(
  target: Targets,
  format: OutputFormat,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<number> {
  const { kind, name } = target;
  const layout = layoutFor(kind, format, options, false);
  const namespace = namespaceFor(kind, options, session);
  const list = await session.client.list(kind, { ...scope(namespace), ...nameOrSelectors(name, options) }, io.signal);
  const first = await fetchTable(target, options, session, io); // after the list: nothing falls between the two
  const isTable = format === "table" || format === "wide";
  const head = options.headers ? [headerCells(first, layout)] : [];
  const layOut = growingColumns();
  if (isTable) io.out.write(layOut([...head, ...bodyCells(first, layout)]));
  else for (const object of list.items) printObjects([object], format, true, io.out);
  const watch = { ...scope(namespace), ...nameOrSelectors(name, options), resourceVersion: list.resourceVersion };
  for await (const event of follow(session.client, kind, watch, io.signal)) {
    if (!isTable) printObjects([event.object], format, true, io.out);
    else if (event.type !== "DELETED") {
      const table = await rowOf(kind, event.object, session, io);
      if (table) io.out.write(layOut(bodyCells(table, layout)));
    }
  }
  return exitCodes.done;
}

/** The object as the server would list it; undefined when it has gone in the meantime. */
async function rowOf(kind: Kind, { metadata }: Resource, session: Session, io: Io): Promise<Table | undefined> {
  const path = pathOf(kind, metadata.namespace, metadata.name);
  try {
    return await session.readJson<Table>(path, { accept: tableMediaType, signal: io.signal });
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

function nameOrSelectors(name: string | undefined, options: GetOptions) {
  return name === undefined ? selectors(options) : { fieldSelector: `metadata.name=${name}` };
}

function layoutFor(kind: Kind, format: OutputFormat, options: GetOptions, several: boolean): TableLayout {
  return {
    wide: format === "wide",
    withNamespace: options.allNamespaces === true && kind.namespaced,
    withLabels: options.showLabels === true,
    namePrefix: several ? `${kind.kind.toLowerCase()}${kind.group === "" ? "" : `.${kind.group}`}/` : "",
  };
}

function namespaceFor(kind: Kind, options: GetOptions, session: Session): string | undefined {
  return kind.namespaced && !options.allNamespaces ? session.namespace : undefined;
}

function scope(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function selectors({ selector, fieldSelector }: GetOptions) {
  return {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function nothingFound(kinds: readonly Kind[], options: GetOptions, session: Session): string {
  const inside = kinds.some(({ namespaced }) => namespaced) && !options.allNamespaces;
  return inside ? `No resources found in ${session.namespace} namespace.\n` : "No resources found.\n";
}
