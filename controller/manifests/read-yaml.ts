import { type Document, isNode, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { yamlAliasesMaxCount } from "../base/limits.ts";
import type { CompiledSchema } from "../schema/compiled-schema.ts";
import { fieldPathText, parseFieldPath } from "./field-path.ts";
import { notJson } from "./json-only.ts";
import { keyAt } from "./key-at.ts";
import type { Manifest, Position, Problem } from "./manifest.ts";

/** What is known of a kind before any server is asked. */
export interface KnownKind {
  readonly kind: Kind;
  readonly compiled: CompiledSchema;
}

/** Finds a kind by what an object says of itself; undefined when there is none. */
export type KindLookup = (apiVersion: string, kind: string) => KnownKind | undefined;

/** What a text says, and everything that is wrong with it. With problems, the manifests are not all there is. */
export interface ReadResult {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the objects of one YAML or JSON text, which may hold several documents and `kind: List`s. Never throws for what stands in the text.
 *
 * @param file the name by which positions call the text.
 * @param namespace for objects that do not say theirs.
 */
export function readYaml(text: string, file: string, namespace: string, lookup: KindLookup): ReadResult {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    version: "1.2",
    prettyErrors: false,
  });
  const results = [...documents].map((document) => readDocument(document, { file, lines, namespace, lookup }));
  return {
    manifests: results.flatMap(({ manifests }) => manifests),
    problems: results.flatMap(({ problems }) => problems),
  };
}

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  readonly namespace: string;
  readonly lookup: KindLookup;
}

function readDocument(document: Document.Parsed, reading: Reading): ReadResult {
  const at = (offset: number): Position => {
    const { line, col } = reading.lines.linePos(offset);
    return { file: reading.file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => yamlProblem(document, error, at));
    return { manifests: [], problems };
  }
  if (document.contents === null) return { manifests: [], problems: [] };
  const start = at(document.contents.range[0]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: yamlAliasesMaxCount });
  } catch (error) {
    const message =
      error instanceof ReferenceError ? `more than ${yamlAliasesMaxCount} uses of aliases` : String(error);
    return { manifests: [], problems: [{ position: start, message }] };
  }
  const positionOf = (path: readonly (string | number)[]) => at(offsetOf(document, path));
  if (value === null) return { manifests: [], problems: [] }; // nothing but comments
  const wrong = notJson(value);
  if (wrong)
    return {
      manifests: [],
      problems: [{ position: positionOf(wrong.path), ...fieldIn(wrong.path), message: wrong.message }],
    };
  return readObject(value as JsonValue, [], positionOf, reading);
}

function readObject(
  value: JsonValue,
  root: readonly (string | number)[],
  positionOf: (path: readonly (string | number)[]) => Position,
  reading: Reading,
): ReadResult {
  const locate = (field: string) => positionOf([...root, ...parseFieldPath(field)]);
  const refuse = (field: string, message: string): ReadResult => ({
    manifests: [],
    problems: [{ position: locate(field), ...(field === "" ? {} : { field }), message }],
  });
  if (!isJsonObject(value)) return refuse("", "must be an object with apiVersion, kind and metadata");
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || apiVersion === "") return refuse("apiVersion", "is required");
  if (typeof kind !== "string" || kind === "") return refuse("kind", "is required");
  if (apiVersion === "v1" && kind === "List") return readList(value, root, positionOf, reading);
  const known = reading.lookup(apiVersion, kind);
  if (!known) return refuse("kind", `unknown kind ${kind} in ${apiVersion}`);
  const { metadata } = value;
  if (!isJsonObject(metadata)) return refuse("metadata", "is required");
  if (typeof metadata.name !== "string" || metadata.name === "") return refuse("metadata.name", "is required");
  const problems = checkSchema(value, known.compiled).map((problem) => ({
    position: locate(problem.field),
    ...problem,
  }));
  if (problems.length > 0) return { manifests: [], problems };
  if (!known.kind.namespaced && metadata.namespace !== undefined) {
    return refuse("metadata.namespace", `${kind} is cluster-scoped and has no namespace`);
  }
  const object = known.kind.namespaced ? withNamespace(value, metadata, reading.namespace) : value;
  const manifest: Manifest = {
    kind: known.kind,
    object: object as unknown as Resource, // the checks above are what Resource says
    position: positionOf(root),
    positionOf: locate,
  };
  return { manifests: [manifest], problems: [] };
}

function readList(
  list: JsonObject,
  root: readonly (string | number)[],
  positionOf: (path: readonly (string | number)[]) => Position,
  reading: Reading,
): ReadResult {
  const items = Array.isArray(list.items) ? (list.items as readonly JsonValue[]) : [];
  const results = items.map((item, index) => readObject(item, [...root, "items", index], positionOf, reading));
  return {
    manifests: results.flatMap(({ manifests }) => manifests),
    problems: results.flatMap(({ problems }) => problems),
  };
}

function checkSchema(value: JsonObject, compiled: CompiledSchema): readonly { field: string; message: string }[] {
  const { object, unknown } = compiled.prune(value);
  const strangers = unknown.map((field) => ({ field, message: "unknown field" }));
  const causes = compiled.validate(compiled.applyDefaults(object));
  return [...strangers, ...causes.map(({ field = "", message }) => ({ field, message }))];
}

function withNamespace(value: JsonObject, metadata: JsonObject, namespace: string): JsonObject {
  return { ...value, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } };
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
