import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { SporeError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import { jsonDepthMax, yamlAliasesMaxCount } from "./limits.ts";
import { parseStrictJson, type StrictJson } from "./strict-json.ts";

/** YAML takes far longer to read than JSON, and holds everybody up meanwhile. */
const yamlMaxCharacters = 1024 * 1024;
/** As in `parseStrictJson`. */
const duplicatesMax = 100;
const pathMaxCharacters = 200;

/**
 * Reads one YAML document that came from outside, under the rules of `parseStrictJson`; what is JSON is read as that.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for text that is no YAML, holds what JSON cannot, nests too deeply or repeats itself by aliases;
 *   `SPORE_TOO_LARGE` for YAML beyond 1 MiB.
 */
export function parseStrictYaml(text: string): StrictJson {
  if (/^\s*\{/.test(text)) {
    const json = jsonOf(text);
    if (json) return json;
  }
  if (text.length > yamlMaxCharacters) {
    throw new SporeError(
      "SPORE_TOO_LARGE",
      `a YAML document may have ${yamlMaxCharacters} characters; send JSON instead`,
    );
  }
  try {
    return readDocument(text);
  } catch (cause) {
    if (cause instanceof SporeError) throw cause;
    throw refusal(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Undefined for a flow mapping, which begins as JSON does. */
function jsonOf(text: string): StrictJson | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return parseStrictJson(text);
}

function readDocument(text: string): StrictJson {
  // Checking for unique keys compares each key with each; `duplicatesIn` does not.
  const document = parseDocument(text, { uniqueKeys: false, intAsBigInt: true, version: "1.2", prettyErrors: false });
  const [error] = document.errors;
  if (error?.code === "MULTIPLE_DOCS") throw refusal("there are several documents where one is expected", error);
  if (error) throw refusal(error.message, error);
  const duplicates: string[] = [];
  findDuplicates(document.contents, [], duplicates);
  return { value: jsonIn(document), duplicates };
}

function jsonIn(document: Document.Parsed): JsonValue {
  const value: unknown = document.toJS({ maxAliasCount: yamlAliasesMaxCount });
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "bigint") {
      const number = Number(inner);
      if (Number.isSafeInteger(number)) return number;
      throw refusal(`the integer ${inner} is too large to keep exactly`);
    }
    if (typeof inner === "number" && !Number.isFinite(inner)) throw refusal(`${inner} is not a value that JSON has`);
    return inner;
  });
  return json === undefined ? null : parseStrictJson(json).value;
}

function findDuplicates(node: Node | null, path: readonly string[], duplicates: string[]): void {
  if (path.length > jsonDepthMax) throw refusal(`the document nests more than ${jsonDepthMax} levels deep`);
  if (isSeq<Node>(node)) {
    for (const [index, item] of node.items.entries()) findDuplicates(item, [...path, `[${index}]`], duplicates);
  } else if (isMap<Node, Node | null>(node)) {
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : isAlias(key) ? key.source : key.toString();
      const below = [...path, path.length === 0 ? name : `.${name}`];
      if (keys.has(name) && duplicates.length < duplicatesMax)
        duplicates.push(below.join("").slice(0, pathMaxCharacters));
      keys.add(name);
      findDuplicates(value, below, duplicates);
    }
  }
}

function refusal(why: string, cause?: unknown): SporeError {
  return new SporeError("SPORE_BAD_REQUEST", `error decoding YAML: ${why}`, {}, { cause });
}
