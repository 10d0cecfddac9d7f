import { type Kind, pathOf } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import { isTable, type OutputFormat, typedNameIn } from "../output/output-format.ts";
import type { TableLayout } from "../output/table.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import type { Session } from "../session/session.ts";
import type { SourceOptions } from "../write/sources.ts";

/** What `sporectl get` may be told. */
export interface GetOptions extends GlobalOptions, SourceOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly output?: string;
  readonly template?: string;
  readonly watch?: boolean;
  readonly watchOnly?: boolean;
  readonly outputWatchEvents?: boolean;
  readonly showLabels?: boolean;
  readonly showKind?: boolean;
  readonly showManagedFields?: boolean;
  readonly labelColumns?: readonly string[];
  readonly sortBy?: string;
  readonly chunkSize: string;
  readonly ignoreNotFound?: boolean;
  readonly subresource?: string;
  readonly raw?: string;
  readonly headers: boolean;
}

/** An object, or all of a kind, in the place where it is looked for. */
export interface Wanted {
  readonly kind: Kind;
  /** Undefined: all of the kind. */
  readonly name: string | undefined;
  /** Undefined: everywhere, and for kinds that have none. */
  readonly namespace: string | undefined;
}

/** How the table of a kind looks; `several` kinds under one another say with each name which it is of. */
export function layoutFor(kind: Kind, format: OutputFormat, options: GetOptions, several: boolean): TableLayout {
  return {
    wide: format.name === "wide",
    withNamespace: options.allNamespaces === true && kind.namespaced,
    withLabels: options.showLabels === true,
    labelColumns: options.labelColumns ?? [],
    namePrefix: several || options.showKind === true ? typedNameIn(kind, "") : "",
  };
}

/** The path that is asked. */
export function pathOfWanted(
  { kind, name, namespace }: Wanted,
  { subresource }: Pick<GetOptions, "subresource">,
): string {
  return pathOf(kind, namespace, name, subresource);
}

/** The namespace to look in; undefined for all of them, and for kinds that have none. */
export function namespaceFor(kind: Kind, options: GetOptions, session: Session): string | undefined {
  return kind.namespaced && !options.allNamespaces ? session.namespace : undefined;
}

/** What was typed to choose objects by, as the query of a list or a watch. */
export function selectorQuery({ selector, fieldSelector }: GetOptions): Readonly<Record<string, string>> {
  return {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/** The same where a name was given instead. */
export function nameOrSelectorQuery(name: string | undefined, options: GetOptions): Readonly<Record<string, string>> {
  return name === undefined ? selectorQuery(options) : { fieldSelector: `metadata.name=${name}` };
}

/**
 * How many objects one page of a list holds; undefined for no pages, as sorting needs all at once.
 *
 * @throws SporeError `SPORE_USAGE` when that is no number.
 */
export function pageSizeOf({ chunkSize, sortBy }: GetOptions): number | undefined {
  if (!/^\d{1,9}$/.test(chunkSize)) {
    throw new SporeError("SPORE_USAGE", `--chunk-size ${chunkSize} is no number of objects`, {
      hint: "use 500, or 0 for one piece",
    });
  }
  const size = Number(chunkSize);
  return size === 0 || sortBy !== undefined ? undefined : size;
}

/** @throws SporeError `SPORE_USAGE` for options that need a table, or cannot go together. */
export function refuseContradictions(format: OutputFormat, options: GetOptions): void {
  const needTable = { "show-labels": options.showLabels, "label-columns": options.labelColumns };
  for (const [name, value] of Object.entries(needTable)) {
    if (value === undefined || isTable(format)) continue;
    throw new SporeError("SPORE_USAGE", `--${name} option cannot be used with ${format.name} printer`, {
      hint: "leave out one of the two",
    });
  }
  if (options.outputWatchEvents && !options.watch && !options.watchOnly) {
    throw new SporeError("SPORE_USAGE", "--output-watch-events option can only be used with --watch or --watch-only", {
      hint: "add -w",
    });
  }
}
