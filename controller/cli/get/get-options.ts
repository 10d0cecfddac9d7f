import type { Kind } from "../../api/kind.ts";
import { type OutputFormat, typedNameIn } from "../output/output-format.ts";
import type { TableLayout } from "../output/table.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import type { Session } from "../session/session.ts";

/** What `sporectl get` may be told. */
export interface GetOptions extends GlobalOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly output?: string;
  readonly watch?: boolean;
  readonly outputWatchEvents?: boolean;
  readonly showLabels?: boolean;
  readonly headers: boolean;
}

/** How the table of a kind looks; `several` kinds under one another say with each name which it is of. */
export function layoutFor(kind: Kind, format: OutputFormat, options: GetOptions, several: boolean): TableLayout {
  return {
    wide: format === "wide",
    withNamespace: options.allNamespaces === true && kind.namespaced,
    withLabels: options.showLabels === true,
    namePrefix: several ? typedNameIn(kind, "") : "",
  };
}

/** The namespace to look in; undefined for all of them, and for kinds that have none. */
export function namespaceFor(kind: Kind, options: GetOptions, session: Session): string | undefined {
  return kind.namespaced && !options.allNamespaces ? session.namespace : undefined;
}

/** The same as an option of a list or a watch. */
export function scope(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** What was typed to choose objects by, as options of a list or a watch. */
export function selectors({ selector, fieldSelector }: GetOptions) {
  return {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
