import { readFile } from "node:fs/promises";
import type { Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { printableLines } from "../../base/printable.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import type { Screen } from "../io.ts";
import { growingColumns } from "./columns.ts";
import { type OutputFormat, typedName } from "./output-format.ts";

/** Writes objects in one format. */
export interface ObjectPrinter {
  /** One object that was asked for by name, or one of a watch. */
  object(object: Resource): void;
  /** A list, or several objects. */
  list(objects: readonly Resource[]): void;
  /** What happened to an object, of formats that can say it; the object else. */
  change(type: string, object: Resource): void;
}

type Templated = Extract<OutputFormat, { readonly template: string }>;

/** What is shown of objects. */
export interface PrintOptions {
  readonly out: Screen;
  /** Default: true. */
  readonly headers?: boolean;
  readonly showManagedFields?: boolean;
}

/**
 * A printer for every format but tables.
 *
 * @throws SporeError `SPORE_USAGE` when its template is malformed, or in a file that cannot be read.
 */
export async function objectPrinter(format: OutputFormat, options: PrintOptions): Promise<ObjectPrinter> {
  const { out } = options;
  if (format.name === "custom-columns") return columnPrinter(format, options);
  if (format.name === "name") return namePrinter(out);
  const text = await templatePrinter(format);
  const isYaml = format.name === "yaml";
  let isFirst = true;
  const show = (document: JsonValue) => {
    if (isYaml && !isFirst) out.write("---\n");
    isFirst = false;
    const shown = text(document);
    // A template may bring out any text of a device; the other formats escape it.
    out.write(out.isTerminal && format.name !== "json" && !isYaml ? printableLines(shown) : shown);
  };
  const prepared = (object: Resource) => json(options.showManagedFields ? object : withoutManagedFields(object));
  return {
    object: (object) => show(prepared(object)),
    list: (objects) => {
      show({ apiVersion: "v1", items: objects.map(prepared), kind: "List", metadata: { resourceVersion: "" } });
    },
    change: (type, object) => show({ type, object: prepared(object) }),
  };
}

/** Prints a list, or the one object of it that was asked for by name. */
export async function printObjects(
  objects: readonly Resource[],
  format: OutputFormat,
  single: boolean,
  out: Screen,
): Promise<void> {
  const printer = await objectPrinter(format, { out });
  const [only] = objects;
  if (single && only) printer.object(only);
  else printer.list(objects);
}

/** Prints something that is no object of the API by itself. */
export async function printDocument(document: JsonValue, format: "yaml" | "json", out: Screen): Promise<void> {
  out.write((await templatePrinter({ name: format }))(document));
}

function namePrinter(out: Screen): ObjectPrinter {
  const object = (one: Resource) => out.write(`${typedName(one)}\n`);
  return { object, list: (objects) => objects.forEach(object), change: (_type, one) => object(one) };
}

async function columnPrinter(format: Templated, { out, headers = true }: PrintOptions): Promise<ObjectPrinter> {
  const { customColumns, customColumnsOfFile } = await import("./custom-columns.ts");
  const text = await templateOf(format);
  const { heads, cells } = (format.isFile ? customColumnsOfFile : customColumns)(text);
  const layOut = growingColumns();
  let headIsDue = headers;
  const list = (objects: readonly Resource[]) => {
    const rows = objects.map((object) => cells(json(object)));
    out.write(layOut(headIsDue ? [heads, ...rows] : rows));
    headIsDue = false;
  };
  return { list, object: (object) => list([object]), change: (_type, object) => list([object]) };
}

/** What a format makes of anything that is JSON. `name` and tables, which need objects, are shown as YAML. */
export async function templatePrinter(format: OutputFormat): Promise<(document: JsonValue) => string> {
  switch (format.name) {
    case "jsonpath":
    case "jsonpath-as-json": {
      const { jsonPathTemplate, foundText, foundJson } = await import("./json-path-template.ts");
      const find = jsonPathTemplate(await templateOf(format));
      return (document) => (format.name === "jsonpath" ? foundText : foundJson)(find(document));
    }
    case "go-template":
      return (await import("./go-template/go-template.ts")).goTemplate(await templateOf(format));
    case "json": {
      const { goJson } = await import("./go-json.ts");
      return (document) => `${goJson(document, "    ")}\n`;
    }
    default:
      return (await import("./go-yaml.ts")).goYaml;
  }
}

async function templateOf({ template, isFile }: Templated): Promise<string> {
  if (!isFile) return template;
  try {
    return await readFile(template, "utf8");
  } catch (error) {
    const why = systemErrorCode(error) === "ENOENT" ? "there is no such file" : "the file cannot be read";
    throw new SporeError("SPORE_USAGE", `${template}: ${why}`, { hint: "Check its path." }, { cause: error });
  }
}

function withoutManagedFields(object: Resource): Resource {
  const { managedFields: _machinery, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** A Resource came as JSON; its type does not say so. */
function json(object: Resource): JsonObject {
  return JSON.parse(JSON.stringify(object));
}
