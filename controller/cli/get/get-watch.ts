import { pathOf } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { exitCodes, type Io } from "../io.ts";
import { growingColumns } from "../output/columns.ts";
import { type OutputFormat, printChange, printObjects } from "../output/output-format.ts";
import { bodyCells, headerCells, type Table, tableMediaType } from "../output/table.ts";
import { follow } from "../session/follow.ts";
import { notFound } from "../session/objects.ts";
import type { Session } from "../session/session.ts";
import type { Targets } from "../session/targets.ts";
import { type GetOptions, layoutFor, namespaceFor, scope, selectors } from "./get-options.ts";

export interface Watching {
  readonly format: OutputFormat;
  readonly options: GetOptions;
  readonly session: Session;
  readonly io: Io;
}

/** Shows what there is and then each change, as kubectl does: an object that is deleted shows once more, as it was. Ends with Ctrl-C. */
export function watchTarget(target: Targets, watching: Watching): Promise<number> {
  const { format } = watching;
  return format === "table" || format === "wide" ? watchTable(target, watching) : watchObjects(target, watching);
}

/** The server lays out the rows of a watch as it does those of a list. */
async function watchTable({ kind, name }: Targets, { format, options, session, io }: Watching): Promise<number> {
  const path = pathOf(kind, namespaceFor(kind, options, session));
  const chosen = nameOrSelectors(name, options);
  const request = (query: Readonly<Record<string, string>>) =>
    ({ query: new URLSearchParams({ ...chosen, ...query }), accept: tableMediaType, signal: io.signal }) as const;
  const list = await session.readJson<Table>(path, request({}));
  if (name !== undefined && list.rows.length === 0) throw notFound(kind, name);
  const layOut = growingColumns();
  let headIsDue = options.headers;
  const show = (rows: Pick<Table, "rows">, type: string) => {
    const event = options.outputWatchEvents ? { event: type.padEnd("MODIFIED".length) } : {}; // a line more will not move it
    const layout = { ...layoutFor(kind, format, options, false), ...event };
    const table = { ...list, rows: rows.rows }; // events do not repeat the columns
    const body = bodyCells(table, layout);
    if (body.length === 0) return;
    io.out.write(layOut([...(headIsDue ? [headerCells(table, layout)] : []), ...body]));
    headIsDue = false;
  };
  show(list, "ADDED");
  const open = (resourceVersion: string) =>
    session.watch<Table>(path, request({ watch: "true", allowWatchBookmarks: "true", resourceVersion }));
  for await (const { type, object } of follow(open, versionOfRows, list.metadata.resourceVersion ?? "", io.signal)) {
    show(object, type);
  }
  return exitCodes.done;
}

function versionOfRows({ rows, metadata }: Table): string | undefined {
  return rows[0]?.object?.metadata?.resourceVersion ?? metadata.resourceVersion;
}

async function watchObjects({ kind, name }: Targets, { format, options, session, io }: Watching): Promise<number> {
  const where = { ...scope(namespaceFor(kind, options, session)), ...nameOrSelectors(name, options) };
  const list = await session.client.list(kind, where, io.signal);
  if (name !== undefined && list.items.length === 0) throw notFound(kind, name);
  let isFirst = true;
  const show = async (object: Resource, type: string) => {
    if (format === "yaml" && !isFirst) io.out.write("---\n");
    isFirst = false;
    if (options.outputWatchEvents) await printChange({ type, object }, format, io.out);
    else await printObjects([object], format, true, io.out);
  };
  for (const object of list.items) await show(object, "ADDED");
  const open = (resourceVersion: string) => session.client.watch(kind, { ...where, resourceVersion }, io.signal);
  const versionOf = ({ metadata }: Resource) => metadata.resourceVersion;
  for await (const { type, object } of follow(open, versionOf, list.resourceVersion, io.signal))
    await show(object, type);
  return exitCodes.done;
}

function nameOrSelectors(name: string | undefined, options: GetOptions) {
  return name === undefined ? selectors(options) : { fieldSelector: `metadata.name=${name}` };
}
