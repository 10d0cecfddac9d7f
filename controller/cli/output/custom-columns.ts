import { SporeError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import { type JsonPath, jsonPath } from "../../schema/json-path.ts";
import { goText } from "./go-template/go-text.ts";

/** One column of `-o custom-columns`. */
interface CustomColumn {
  readonly head: string;
  readonly find: JsonPath;
}

/** Rows of cells that a user chose. */
export interface CustomColumns {
  readonly heads: readonly string[];
  cells(object: JsonValue): readonly string[];
}

const hint = "Write it as custom-columns=NAME:.metadata.name,ROOM:.metadata.labels.room";

/**
 * Reads `HEAD:PATH,HEAD:PATH`.
 *
 * @throws SporeError `SPORE_USAGE` for anything else.
 */
export function customColumns(specification: string): CustomColumns {
  if (specification === "") throw usage("custom-columns format specified but no custom columns given");
  return rowsOf(parts(specification).map(columnOf));
}

/**
 * Reads two lines, heads and paths, with white space between the columns: what a file for `-o custom-columns-file` says.
 *
 * @throws SporeError `SPORE_USAGE` for anything else.
 */
export function customColumnsOfFile(text: string): CustomColumns {
  const [heads = [], paths = []] = text.split("\n").map((line) => line.trim().split(/\s+/));
  if (heads.length !== paths.length || heads[0] === "") {
    throw usage(`number of headers (${heads.length}) and field specifications (${paths.length}) don't match`);
  }
  return rowsOf(heads.map((head, index) => columnOf(`${head}:${paths[index] ?? ""}`)));
}

function rowsOf(columns: readonly CustomColumn[]): CustomColumns {
  return {
    heads: columns.map(({ head }) => head),
    cells: (object) => columns.map(({ find }) => cellText(find(object))),
  };
}

/** Commas within brackets belong to a path. */
function parts(specification: string): readonly string[] {
  return specification.split(/,(?![^[(]*[\])])/);
}

function columnOf(part: string): CustomColumn {
  const colon = part.indexOf(":");
  if (colon < 0) throw usage(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
  return { head: part.slice(0, colon), find: relaxedPath(part.slice(colon + 1)) };
}

/**
 * A path as people type it: with or without braces, and the dot at its beginning.
 *
 * @throws SporeError `SPORE_USAGE` when it is malformed.
 */
export function relaxedPath(text: string): JsonPath {
  const inner = /^\{?\s*\.?([^{}]*)\}?$/.exec(text)?.[1];
  if (inner === undefined || inner === "") throw usage(`${JSON.stringify(text)} is no path of a field`);
  try {
    return jsonPath(/^[[$@]/.test(inner) ? inner : `.${inner}`);
  } catch (error) {
    throw new SporeError("SPORE_USAGE", error instanceof Error ? error.message : String(error), { hint });
  }
}

function cellText(values: readonly JsonValue[]): string {
  return values.length === 0 ? "<none>" : values.map(goText).join(",");
}

function usage(message: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
