import type { Kind } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import { printableDocument } from "../../base/printable.ts";
import type { Screen } from "../io.ts";

const formats = ["table", "wide", "yaml", "json", "name"] as const;

/** How objects are shown; `table` where nothing was asked for. */
export type OutputFormat = (typeof formats)[number];

/**
 * Reads the value of `-o`.
 *
 * @throws SporeError `SPORE_USAGE` for an unknown format.
 */
export function outputFormat(word: string | undefined): OutputFormat {
  const known = formats.find((format) => format === (word ?? "table"));
  if (known) return known;
  throw new SporeError("SPORE_USAGE", `-o ${word}: no such format`, { hint: "use wide, yaml, json or name" });
}

/** Writes objects as YAML, JSON or names; `single` says that one object was asked for by name, and not a list. */
export async function printObjects(
  objects: readonly Resource[],
  format: OutputFormat,
  single: boolean,
  out: Screen,
): Promise<void> {
  if (format === "name") {
    for (const object of objects) out.write(`${typedName(object)}\n`);
    return;
  }
  const items = objects.map(withoutManagedFields);
  const [only] = items;
  const list = { apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } };
  const document = single && only ? only : list;
  await printDocument(document, format, out);
}

/** Writes what happened to an object, and the object; only the latter where the format is `name`. */
export async function printChange(
  change: { readonly type: string; readonly object: Resource },
  format: OutputFormat,
  out: Screen,
): Promise<void> {
  if (format === "name") await printObjects([change.object], format, true, out);
  else await printDocument({ ...change, object: withoutManagedFields(change.object) }, format, out);
}

/** As kubectl shows objects: who owns which field is for programs, and longer than the rest. */
function withoutManagedFields<T extends Resource>(object: T): T {
  const { managedFields: _, ...metadata } = { managedFields: undefined, ...object.metadata };
  return { ...object, metadata };
}

export async function printDocument(document: unknown, format: OutputFormat, out: Screen): Promise<void> {
  if (format === "json") {
    out.write(`${printableDocument(JSON.stringify(document, undefined, 4))}\n`);
  } else {
    const { stringify } = await import("yaml"); // tables, which most people look at, do without
    out.write(printableDocument(stringify(document)));
  }
}

/** `node.spore.dev/esp-a1b2c3`, as kubectl's `-o name`. */
export function typedName({ apiVersion, kind, metadata }: Resource): string {
  const slash = apiVersion.indexOf("/");
  return typedNameIn({ group: slash < 0 ? "" : apiVersion.slice(0, slash), kind }, metadata.name);
}

/** The same for an object of which no more than kind and name are known. */
export function typedNameIn({ group, kind }: Pick<Kind, "group" | "kind">, name: string): string {
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`;
}
