import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import type { ServedResource } from "../session/resource-names.ts";
import { openSession } from "../session/session.ts";

interface ApiResourcesOptions extends GlobalOptions {
  readonly apiGroup?: string;
  readonly namespaced?: string | boolean;
  readonly verbs?: string;
  readonly categories?: string;
  readonly sortBy?: string;
  readonly output?: string;
  readonly headers: boolean;
}

/** `sporectl api-resources`. */
export const apiResources: Command = {
  define(program, io, finish) {
    program
      .command("api-resources")
      .description("List the kinds that the server has, those that users added included.")
      .option("--api-group <group>", "only of this group; empty: the core group")
      .option("--namespaced [yes]", "only kinds inside namespaces; =false: only the others")
      .option("--verbs <verbs>", "only kinds that know all of these, such as list,watch")
      .option("--categories <names>", "only kinds of all of these categories")
      .option("--sort-by <column>", "name or kind; otherwise by group")
      .option("-o, --output <format>", "wide or name")
      .option("--no-headers", "leave the first line out")
      .action(async (_options: ApiResourcesOptions, command) => {
        finish(await runApiResources(command.optsWithGlobals(), io));
      });
  },
};

async function runApiResources(options: ApiResourcesOptions, io: Io): Promise<number> {
  const { output, sortBy } = options;
  if (output !== undefined && output !== "wide" && output !== "name") {
    throw new SporeError("SPORE_USAGE", `--output ${output} is not available`, { hint: "use wide or name" });
  }
  if (sortBy !== undefined && sortBy !== "name" && sortBy !== "kind") {
    throw new SporeError("SPORE_USAGE", "--sort-by accepts only name or kind", {
      hint: "leave it out to sort by group",
    });
  }
  await using session = await openSession(options, io);
  const found = session.names.resources.filter((resource) => isWanted(resource, options));
  const sorted = [...found].sort(
    (a, b) => compare(keyOf(a, sortBy), keyOf(b, sortBy)) || compare(a.kind.plural, b.kind.plural),
  );
  if (output === "name") {
    for (const { kind } of sorted) io.out.write(`${kind.plural}${kind.group === "" ? "" : `.${kind.group}`}\n`);
    return exitCodes.done;
  }
  const wide = output === "wide";
  const head = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", ...(wide ? ["VERBS", "CATEGORIES"] : [])];
  const rows = sorted.map(({ kind, shortNames, verbs, categories }) => [
    kind.plural,
    shortNames.join(","),
    kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
    String(kind.namespaced),
    kind.kind,
    ...(wide ? [verbs.join(","), categories.join(",")] : []),
  ]);
  io.out.write(columns(options.headers ? [head, ...rows] : rows));
  return exitCodes.done;
}

function isWanted({ kind, verbs, categories }: ServedResource, options: ApiResourcesOptions): boolean {
  const all = (words: string | undefined, known: readonly string[]) =>
    words === undefined || words.split(",").every((word) => known.includes(word));
  if (options.apiGroup !== undefined && options.apiGroup !== kind.group) return false;
  if (options.namespaced !== undefined && kind.namespaced !== (options.namespaced !== "false")) return false;
  return verbs.length > 0 && all(options.verbs, verbs) && all(options.categories, categories);
}

function keyOf({ kind }: ServedResource, sortBy: string | undefined): string {
  if (sortBy === undefined) return kind.group;
  return sortBy === "name" ? kind.plural : kind.kind;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
