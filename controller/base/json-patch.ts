import { SporeError } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { isSameJson } from "./same-json.ts";

/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** As in kube-apiserver. */
const operationsMax = 10_000;
/** Copies of copies grow a document exponentially; all that one patch copies may be this long, as JSON. */
const copiedMaxCharacters = 3 * 1024 * 1024;

/**
 * Reads a JSON patch document.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` naming the operation that is malformed; `SPORE_TOO_LARGE` beyond 10,000 of them.
 */
export function parseJsonPatch(document: JsonValue): readonly JsonPatchOperation[] {
  if (!Array.isArray(document))
    throw new SporeError("SPORE_BAD_REQUEST", "a JSON patch must be an array of operations");
  if (document.length > operationsMax) {
    const message = `a JSON patch may hold ${operationsMax} operations, this one has ${document.length}`;
    throw new SporeError("SPORE_TOO_LARGE", message);
  }
  return document.map((item: JsonValue, index) => parseOperation(item, index));
}

function parseOperation(item: JsonValue, index: number): JsonPatchOperation {
  if (!isJsonObject(item)) throw malformed(index, "is not an object");
  const { op, value } = item;
  const path = pointerIn(item, "path", index);
  switch (op) {
    case "add":
    case "replace":
    case "test":
      if (value === undefined) throw malformed(index, `("${op}") has no "value"`);
      return { op, path, value };
    case "remove":
      return { op, path };
    case "move":
    case "copy":
      return { op, path, from: pointerIn(item, "from", index) };
    default:
      throw malformed(index, `has the "op" ${JSON.stringify(op)}; known are add, remove, replace, move, copy and test`);
  }
}

function pointerIn(item: JsonObject, field: "path" | "from", index: number): string {
  const pointer = item[field];
  if (typeof pointer !== "string") throw malformed(index, `has no "${field}"`);
  if (pointer !== "" && !pointer.startsWith("/")) {
    throw malformed(index, `has the "${field}" ${JSON.stringify(pointer)}; a JSON pointer begins with "/"`);
  }
  if (/~(?![01])/.test(pointer)) {
    throw malformed(index, `has the "${field}" ${JSON.stringify(pointer)}; after "~" a JSON pointer has 0 or 1`);
  }
  return pointer;
}

function malformed(index: number, what: string): SporeError {
  return new SporeError("SPORE_BAD_REQUEST", `the JSON patch is malformed: operation ${index} ${what}`);
}

/**
 * `document` after all operations. The document is not changed; parts that no operation touches are shared with the result.
 *
 * @throws SporeError `SPORE_INVALID` naming the operation that cannot be carried out: a failed test, a path that leads nowhere.
 */
export function applyJsonPatch(document: JsonValue, operations: readonly JsonPatchOperation[]): JsonValue {
  let result = document;
  let copied = 0;
  operations.forEach((operation, index) => {
    const fail = (why: string) =>
      new SporeError("SPORE_INVALID", `operation ${index} of the JSON patch cannot be carried out: ${why}`);
    if (operation.op === "copy") {
      copied += JSON.stringify(valueAt(result, operation.from, fail)).length;
      if (copied > copiedMaxCharacters) throw fail(`the copies exceed ${copiedMaxCharacters} characters`);
    }
    result = applyOperation(result, operation, fail);
  });
  return result;
}

type Fail = (why: string) => SporeError;

function applyOperation(document: JsonValue, operation: JsonPatchOperation, fail: Fail): JsonValue {
  const path = tokensOf(operation.path);
  switch (operation.op) {
    case "add":
      return changeAt(document, path, fail, addTo(operation.value, fail));
    case "remove":
      return changeAt(document, path, fail, removeFrom(fail));
    case "replace":
      return changeAt(document, path, fail, replaceIn(operation.value, fail));
    case "test":
      if (!isSameJson(valueAt(document, operation.path, fail), operation.value)) {
        throw fail(`the value at ${JSON.stringify(operation.path)} is another than the tested one`);
      }
      return document;
    case "copy":
      return changeAt(document, path, fail, addTo(valueAt(document, operation.from, fail), fail));
    case "move": {
      if (operation.path.startsWith(`${operation.from}/`)) throw fail("a value cannot move into itself");
      const value = valueAt(document, operation.from, fail);
      const without = changeAt(document, tokensOf(operation.from), fail, removeFrom(fail));
      return changeAt(without, path, fail, addTo(value, fail));
    }
  }
}

/** What an operation does to the container that holds the last token; undefined stands for the whole document. */
interface Edit {
  root(): JsonValue;
  object(container: JsonObject, key: string): JsonObject;
  array(container: readonly JsonValue[], token: string): readonly JsonValue[];
}

function addTo(value: JsonValue, fail: Fail): Edit {
  return {
    root: () => value,
    object: (container, key) => withKey(container, key, value),
    array: (container, token) =>
      container.toSpliced(token === "-" ? container.length : indexOf(token, container.length, fail), 0, value),
  };
}

function replaceIn(value: JsonValue, fail: Fail): Edit {
  return {
    root: () => value,
    object(container, key) {
      if (!Object.hasOwn(container, key)) throw fail(`there is no ${JSON.stringify(key)} to replace`);
      return withKey(container, key, value);
    },
    array: (container, token) => container.with(indexOf(token, container.length - 1, fail), value),
  };
}

function removeFrom(fail: Fail): Edit {
  return {
    root: () => null,
    object(container, key) {
      if (!Object.hasOwn(container, key)) throw fail(`there is no ${JSON.stringify(key)} to remove`);
      return Object.fromEntries(Object.entries(container).filter(([name]) => name !== key));
    },
    array: (container, token) => container.toSpliced(indexOf(token, container.length - 1, fail), 1),
  };
}

function withKey(container: JsonObject, key: string, value: JsonValue): JsonObject {
  return Object.fromEntries([...Object.entries(container), [key, value]]);
}

function changeAt(node: JsonValue, path: readonly string[], fail: Fail, edit: Edit): JsonValue {
  const [token, ...rest] = path;
  if (token === undefined) return edit.root();
  if (Array.isArray(node)) {
    const list: readonly JsonValue[] = node;
    if (rest.length === 0) return edit.array(list, token);
    const index = indexOf(token, list.length - 1, fail);
    return list.with(index, changeAt(list[index] ?? null, rest, fail, edit));
  }
  if (!isJsonObject(node))
    throw fail(`there is nothing below ${JSON.stringify(token)}'s parent, which is no container`);
  if (rest.length === 0) return edit.object(node, token);
  const child = Object.hasOwn(node, token) ? node[token] : undefined;
  if (child === undefined) throw fail(`there is no ${JSON.stringify(token)} on the way`);
  return withKey(node, token, changeAt(child, rest, fail, edit));
}

function valueAt(document: JsonValue, pointer: string, fail: Fail): JsonValue {
  let node = document;
  for (const token of tokensOf(pointer)) {
    const child = childOf(node, token, fail);
    if (child === undefined) throw fail(`there is nothing at ${JSON.stringify(pointer)}`);
    node = child;
  }
  return node;
}

function childOf(node: JsonValue, token: string, fail: Fail): JsonValue | undefined {
  if (Array.isArray(node)) {
    const list: readonly JsonValue[] = node;
    return list[indexOf(token, list.length - 1, fail)];
  }
  return isJsonObject(node) && Object.hasOwn(node, token) ? node[token] : undefined;
}

function tokensOf(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexOf(token: string, max: number, fail: Fail): number {
  const index = /^(0|[1-9][0-9]{0,8})$/.test(token) ? Number(token) : -1;
  if (index < 0 || index > max) throw fail(`${JSON.stringify(token)} is no index of an array that ends at ${max}`);
  return index;
}
