import { apiVersionOf } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { exitCodes, type Io } from "../io.ts";
import { growingColumns } from "../output/columns.ts";
import { objectPrinter } from "../output/object-printer.ts";
import { isTable, type OutputFormat } from "../output/output-format.ts";
import { bodyCells, headerCells, type Table, tableMediaType } from "../output/table.ts";
import { paintedCells } from "../output/verdict-colours.ts";
import { follow } from "../session/follow.ts";
import { notFound } from "../session/objects.ts";
import type { Session } from "../session/session.ts";
import { type GetOptions, layoutFor, nameOrSelectorQuery, pathOfWanted, type Wanted } from "./get-options.ts";

export interface Watching {
  readonly format: OutputFormat;
  readonly options: GetOptions;
  readonly session: Session;
  readonly io: Io;
}

/** One answer of a list, in whatever form. */
interface Listed<T> {
  readonly metadata: { readonly resourceVersion?: string };
  readonly items?: readonly T[];
}

/** Shows what there is and then each change, as kubectl does: an object that is deleted shows once more, as it was. Ends with Ctrl-C. */
export function watchWanted(wanted: Wanted, watching: Watching): Promise<number> {
  return isTable(watching.format) ? watchTable(wanted, watching) : watchObjects(wanted, watching);
}

/** The server lays out the rows of a watch as it does those of a list. */
async function watchTable(wanted: Wanted, watching: Watching): Promise<number> {
  const { format, options, session, io } = watching;
  const { path, request } = requests(wanted, tableMediaType, watching);
  const list = await session.readJson<Table>(path, request({}));
  if (wanted.name !== undefined && list.rows.length === 0) throw notFound(wanted.kind, wanted.name);
  const layOut = growingColumns();
  let headIsDue = options.headers;
  const show = (rows: Pick<Table, "rows">, type: string) => {
    const event = options.outputWatchEvents ? { event: type.padEnd("MODIFIED".length) } : {}; // a line more will not move it
    const layout = { ...layoutFor(wanted.kind, format, options, false), ...event };
    const table = { ...list, rows: rows.rows }; // events do not repeat the columns
    const head = headerCells(table, layout);
    const body = bodyCells(table, layout).map((row) => paintedCells(head, row, io.out));
    if (body.length === 0) return;
    io.out.write(layOut([...(headIsDue ? [head] : []), ...body]));
    headIsDue = false;
  };
  if (!options.watchOnly) show(list, "ADDED");
  const open = (resourceVersion: string) => session.watch<Table>(path, request(watchQuery(resourceVersion)));
  for await (const { type, object } of follow(open, versionOfRows, list.metadata.resourceVersion ?? "", io.signal)) {
    show(object, type);
  }
  return exitCodes.done;
}

function versionOfRows({ rows, metadata }: Table): string | undefined {
  return rows[0]?.object?.metadata?.resourceVersion ?? metadata.resourceVersion;
}

async function watchObjects(wanted: Wanted, watching: Watching): Promise<number> {
  const { format, options, session, io } = watching;
  const printer = await objectPrinter(format, { ...options, out: io.out });
  const { path, request } = requests(wanted, "application/json", watching);
  const list = await session.readJson<Listed<Resource>>(path, request({}));
  const { items = [] } = list;
  if (wanted.name !== undefined && items.length === 0) throw notFound(wanted.kind, wanted.name);
  const show = (type: string, object: Resource) => {
    if (options.outputWatchEvents) printer.change(type, object);
    else printer.object(object);
  };
  const type = { apiVersion: apiVersionOf(wanted.kind), kind: wanted.kind.kind };
  if (!options.watchOnly) for (const item of items) show("ADDED", { ...type, ...item });
  const open = (resourceVersion: string) => session.watch<Resource>(path, request(watchQuery(resourceVersion)));
  const versionOf = ({ metadata }: Resource) => metadata.resourceVersion;
  for await (const event of follow(open, versionOf, list.metadata.resourceVersion ?? "", io.signal)) {
    show(event.type, event.object);
  }
  return exitCodes.done;
}

/** How to ask for the list and its changes. A watch of one object is one of the list, cut down to its name. */
function requests({ kind, name, namespace }: Wanted, accept: string, { options, io }: Watching) {
  const chosen = nameOrSelectorQuery(name, options);
  return {
    path: pathOfWanted({ kind, namespace, name: undefined }, {}),
    request: (query: Readonly<Record<string, string>>) => {
      return { query: new URLSearchParams({ ...chosen, ...query }), accept, signal: io.signal } as const;
    },
  };
}

function watchQuery(resourceVersion: string): Readonly<Record<string, string>> {
  return { watch: "true", allowWatchBookmarks: "true", resourceVersion };
}
