import type { Kind } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";

const plainFormats = ["table", "wide", "yaml", "json", "name"] as const;
const templateFormats = ["jsonpath", "jsonpath-as-json", "go-template", "custom-columns"] as const;
const otherNames: Readonly<Record<string, string>> = { template: "go-template", templatefile: "go-template-file" };

/** How objects are shown. `template` is the path of a file where `isFile` says so. */
export type OutputFormat =
  | { readonly name: (typeof plainFormats)[number] }
  | { readonly name: (typeof templateFormats)[number]; readonly template: string; readonly isFile: boolean };

/**
 * Reads the value of `-o`; `table` where nothing was asked for.
 *
 * @param template the value of `--template`, if the verb has it.
 * @throws SporeError `SPORE_USAGE` for an unknown format, or one that lacks its template.
 */
export function outputFormat(word: string | undefined, template?: string): OutputFormat {
  const text = word ?? (template === undefined ? "table" : "go-template");
  const plain = plainFormats.find((format) => format === text);
  if (plain) return { name: plain };
  const equals = text.indexOf("=");
  const typed = equals < 0 ? text : text.slice(0, equals);
  const full = otherNames[typed] ?? typed;
  const isFile = full.endsWith("-file");
  const name = templateFormats.find((format) => format === (isFile ? full.slice(0, -"-file".length) : full));
  const argument = equals < 0 ? template : text.slice(equals + 1);
  if (!name || (isFile && name === "jsonpath-as-json")) throw unknownFormat(text);
  if (argument === undefined || (argument === "" && name !== "custom-columns")) {
    const hint = isFile ? `write -o ${typed}=FILE` : `write -o ${typed}=TEMPLATE`;
    throw new SporeError("SPORE_USAGE", `-o ${text}: format specified but no template given`, { hint });
  }
  return { name, template: argument, isFile };
}

function unknownFormat(text: string): SporeError {
  const known = [
    "wide",
    ...plainFormats.slice(2),
    ...templateFormats,
    "jsonpath-file",
    "go-template-file",
    "custom-columns-file",
  ];
  return new SporeError("SPORE_USAGE", `-o ${text}: no such format`, { hint: `use one of ${known.join(", ")}` });
}

/** Whether the server lays the objects out, and not this program. */
export function isTable({ name }: OutputFormat): boolean {
  return name === "table" || name === "wide";
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
