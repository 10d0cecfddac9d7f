import type { Kind } from "../../api/kind.ts";
import type { JsonValue } from "../../base/json.ts";
import { membersOf, type OpenApiDocument, type OpenApiSchema, resolved, typeName, within } from "./open-api-schema.ts";

/** Columns of a description, behind its margin. */
const textWidth = 76;
/** Schemas may contain themselves. */
const depthMax = 12;

/** The page of a kind, or of one of its fields, as `kubectl explain` lays it out. */
export function explained(
  kind: Kind,
  schema: OpenApiSchema,
  field: string | undefined,
  document: OpenApiDocument,
  recursive: boolean,
): string {
  const own = resolved(schema, document);
  const group = kind.group === "" ? "" : `GROUP:      ${kind.group}\n`;
  const head = `${group}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`;
  const allowed = (own.enum ?? []).map((value) => `    ${enumText(value)}\n`).join("");
  const enumBlock = allowed === "" ? "\n" : `ENUM:\n${allowed}`;
  const about = field === undefined ? "" : `FIELD: ${field} <${typeName(schema, document)}>\n${enumBlock}\n`;
  const items = own.items && resolved(own.items, document).description;
  const itemText = items === undefined ? "" : wrapped(items, 4, textWidth);
  const description = `DESCRIPTION:\n${wrapped(own.description ?? "<empty>", 4, textWidth)}${itemText}    \n`;
  const fields = fieldLines(schema, document, 1, recursive);
  return `${head}${about}${description}${fields === "" ? "" : `FIELDS:\n${fields}`}\n`;
}

function fieldLines(schema: OpenApiSchema, document: OpenApiDocument, depth: number, recursive: boolean): string {
  const required = new Set(within(schema, document).required ?? []);
  const margin = "  ".repeat(depth);
  return [...membersOf(schema, document)]
    .map(([name, member]) => {
      const mark = required.has(name) ? " -required-" : "";
      const line = `${margin}${name}\t<${typeName(member, document)}>${mark}\n`;
      const own = resolved(member, document);
      const allowed = own.enum ? `${margin}enum: ${enumList(own.enum)}\n` : "";
      if (!recursive) return `${line}${allowed}${wrapped(own.description ?? "<no description>", 4, textWidth)}\n`;
      return `${line}${allowed}${depth < depthMax ? fieldLines(member, document, depth + 1, true) : ""}`;
    })
    .join("");
}

/** As many as fit where people look them up; the page of the field has all. */
const enumShownMax = 4;

function enumList(values: readonly JsonValue[]): string {
  const shown = values.slice(0, enumShownMax).map(enumText).join(", ");
  return values.length > enumShownMax ? `${shown}, ....` : shown;
}

function enumText(value: JsonValue): string {
  if (value === "") return '""';
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Lines of at most `width` columns, each behind `margin` spaces. */
function wrapped(text: string, margin: number, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.map((line) => `${line === "" ? "" : " ".repeat(margin)}${line}\n`).join("");
}
