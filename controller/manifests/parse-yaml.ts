import { type Document, isNode, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { yamlAliasesMaxCount } from "../base/limits.ts";
import { fieldPathText, parseFieldPath } from "./field-path.ts";
import { notJson } from "./json-only.ts";
import { keyAt } from "./key-at.ts";
import type { Position, Problem } from "./manifest.ts";

/** One object as somebody wrote it, before anything is known of its kind. `apiVersion` and `kind` are there. */
export interface WrittenObject {
  readonly value: JsonObject & { readonly apiVersion: string; readonly kind: string };
  /** Where the object begins. */
  readonly position: Position;
  /** Where a field of it stands; the nearest part that is there, for one that is missing. */
  positionOf(field: string): Position;
}

/** The objects of texts, and what is wrong with the texts themselves. With problems, the objects are not all there is. */
export interface ParsedTexts {
  readonly written: readonly WrittenObject[];
  readonly problems: readonly Problem[];
  /** Each text by the name that positions call it. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * The objects of one YAML or JSON text, which may hold several documents and lists of objects. Never throws for what stands in the text.
 *
 * @param file the name by which positions call the text.
 */
export function parseYaml(text: string, file: string): ParsedTexts {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    version: "1.2",
    prettyErrors: false,
    logLevel: "error", // what it would warn of is refused below, and its warnings go to the terminal
  });
  const parsed = [...documents].map((document) => parseDocument(document, file, lines));
  return { ...joined(parsed), texts: new Map([[file, text]]) };
}

interface Parsed {
  readonly written: readonly WrittenObject[];
  readonly problems: readonly Problem[];
}

function joined(parsed: readonly Parsed[]): Parsed {
  return {
    written: parsed.flatMap(({ written }) => written),
    problems: parsed.flatMap(({ problems }) => problems),
  };
}

function onlyProblems(...problems: readonly Problem[]): Parsed {
  return { written: [], problems };
}

function parseDocument(document: Document.Parsed, file: string, lines: LineCounter): Parsed {
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0)
    return onlyProblems(...document.errors.map((each) => yamlProblem(document, each, at)));
  if (document.contents === null) return onlyProblems();
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: yamlAliasesMaxCount });
  } catch (error) {
    const message =
      error instanceof ReferenceError ? `more than ${yamlAliasesMaxCount} uses of aliases` : String(error);
    return onlyProblems({ position: at(document.contents.range[0]), message });
  }
  const positionOf = (path: readonly (string | number)[]) => at(offsetOf(document, path));
  if (value === null) return onlyProblems(); // nothing but comments
  const wrong = notJson(value);
  if (wrong) {
    return onlyProblems({ position: positionOf(wrong.path), ...fieldIn(wrong.path), message: wrong.message });
  }
  return parseObject(value as JsonValue, [], positionOf);
}

function parseObject(
  value: JsonValue,
  root: readonly (string | number)[],
  positionOf: (path: readonly (string | number)[]) => Position,
): Parsed {
  const locate = (field: string) => positionOf([...root, ...parseFieldPath(field)]);
  const refuse = (field: string, message: string) =>
    onlyProblems({ position: locate(field), ...(field === "" ? {} : { field }), message });
  if (!isJsonObject(value)) return refuse("", "must be an object with apiVersion, kind and metadata");
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || apiVersion === "") return refuse("apiVersion", "is required");
  if (typeof kind !== "string" || kind === "") return refuse("kind", "is required");
  if (kind.endsWith("List") && Array.isArray(value.items)) {
    const items: readonly JsonValue[] = value.items;
    return joined(items.map((item, index) => parseObject(item, [...root, "items", index], positionOf)));
  }
  return {
    written: [{ value: { ...value, apiVersion, kind }, position: positionOf(root), positionOf: locate }],
    problems: [],
  };
}

/** Offset of the node at `path`, of its key where it has one, or of the nearest parent that is there. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const key = keyNode(parent, last);
    if (key !== undefined) return key;
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyNode(parent: unknown, key: string | number | undefined): number | undefined {
  if (typeof parent !== "object" || parent === null || !("items" in parent) || !Array.isArray(parent.items))
    return undefined;
  const pair = parent.items.find(
    (item: unknown) =>
      typeof item === "object" &&
      item !== null &&
      "key" in item &&
      isNode(item.key) &&
      String(item.key) === String(key),
  );
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function yamlProblem(document: Document.Parsed, error: YAMLError, at: (offset: number) => Position): Problem {
  const [offset] = error.pos;
  const position = at(offset);
  if (error.code !== "DUPLICATE_KEY") return { position, message: error.message };
  return { position, ...fieldIn(keyAt(document.contents, offset) ?? []), message: "this key stands here twice" };
}

function fieldIn(path: readonly (string | number)[]): { readonly field?: string } {
  return path.length === 0 ? {} : { field: fieldPathText(path) };
}
