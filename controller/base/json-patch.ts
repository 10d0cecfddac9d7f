import { SporeError } from "./errors.ts";
import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { jsonDepthMax } from "./limits.ts";
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
  const patched = new PatchedDocument(document);
  operations.forEach((operation, index) => {
    patched.carryOut(operation, (why) => {
      return new SporeError("SPORE_INVALID", `operation ${index} of the JSON patch cannot be carried out: ${why}`);
    });
  });
  return patched.root;
}

type Fail = (why: string) => SporeError;
type MutableObject = Record<string, JsonValue>;
type Container = MutableObject | JsonValue[];

/** A member of a container that belongs to the patch. */
interface Place {
  readonly container: Container;
  readonly token: string;
}

/**
 * A document on its way through a patch. A container is copied when the first operation touches it and changed in place from then on: to copy a
 * large one for each of thousands of operations would hold everybody up for minutes.
 */
class PatchedDocument {
  #root: JsonValue;
  /** How deep it nests, at the most. */
  #depth: number;
  #copiedCharacters = 0;
  /** The containers that were made here. Each stands in one place only. */
  readonly #objects = new WeakMap<JsonObject, MutableObject>();
  readonly #lists = new WeakMap<readonly JsonValue[], JsonValue[]>();

  constructor(document: JsonValue) {
    this.#root = document;
    this.#depth = depthOf(document);
  }

  get root(): JsonValue {
    return this.#root;
  }

  carryOut(operation: JsonPatchOperation, fail: Fail): void {
    const path = tokensOf(operation.path);
    switch (operation.op) {
      case "add":
      case "replace":
        this.#deepen(path.length + depthOf(operation.value), fail);
        if (operation.op === "add") this.#add(path, operation.value, fail);
        else this.#replace(path, operation.value, fail);
        break;
      case "remove":
        this.#remove(path, fail);
        break;
      case "test":
        if (isSameJson(this.#valueAt(operation.path, fail), operation.value)) break;
        throw fail(`the value at ${JSON.stringify(operation.path)} is another than the tested one`);
      case "copy":
        this.#deepen(path.length + this.#depth - tokensOf(operation.from).length, fail);
        this.#add(path, this.#copyOf(operation.from, fail), fail);
        break;
      case "move":
        this.#move(operation.from, operation.path, fail);
    }
  }

  #add(path: readonly string[], value: JsonValue, fail: Fail): void {
    const place = this.#placeOf(path, fail);
    if (place === undefined) {
      this.#root = value;
      return;
    }
    const { container, token } = place;
    if (!Array.isArray(container)) defineMember(container, token, value);
    else container.splice(token === "-" ? container.length : indexOf(token, container.length, fail), 0, value);
  }

  #replace(path: readonly string[], value: JsonValue, fail: Fail): void {
    const place = this.#placeOf(path, fail);
    if (place === undefined) {
      this.#root = value;
      return;
    }
    const { container, token } = place;
    if (!Array.isArray(container) && !Object.hasOwn(container, token))
      throw fail(`there is no ${JSON.stringify(token)} to replace`);
    setIn(place, value, fail);
  }

  #remove(path: readonly string[], fail: Fail): void {
    const place = this.#placeOf(path, fail);
    if (place === undefined) {
      this.#root = null;
      return;
    }
    const { container, token } = place;
    if (Array.isArray(container)) container.splice(indexOf(token, container.length - 1, fail), 1);
    else if (Object.hasOwn(container, token)) delete container[token];
    else throw fail(`there is no ${JSON.stringify(token)} to remove`);
  }

  #move(from: string, to: string, fail: Fail): void {
    if (to.startsWith(`${from}/`)) throw fail("a value cannot move into itself");
    const [source, target] = [tokensOf(from), tokensOf(to)];
    this.#deepen(target.length + this.#depth - source.length, fail);
    const value = this.#valueAt(from, fail);
    this.#remove(source, fail);
    this.#add(target, value, fail);
  }

  /** Where `path` leads, ready to be changed; undefined for the whole document. */
  #placeOf(path: readonly string[], fail: Fail): Place | undefined {
    let place: Place | undefined;
    for (const token of path) {
      const node = place === undefined ? this.#root : childOf(place.container, place.token, fail);
      if (node === undefined) throw fail(`there is no ${JSON.stringify(place?.token)} on the way`);
      const container = this.#own(node);
      if (container === undefined)
        throw fail(`there is nothing below ${JSON.stringify(token)}'s parent, which is no container`);
      if (place === undefined) this.#root = container;
      else setIn(place, container, fail);
      place = { container, token };
    }
    return place;
  }

  /** A container that may be changed: `node` itself where it was made here, else a copy; undefined when it is no container. */
  #own(node: JsonValue): Container | undefined {
    if (Array.isArray(node)) {
      const list = this.#lists.get(node) ?? [...node];
      this.#lists.set(list, list);
      return list;
    }
    if (!isJsonObject(node)) return undefined;
    const object = this.#objects.get(node) ?? { ...node };
    this.#objects.set(object, object);
    return object;
  }

  #valueAt(pointer: string, fail: Fail): JsonValue {
    let node = this.#root;
    for (const token of tokensOf(pointer)) {
      const child = childOf(node, token, fail);
      if (child === undefined) throw fail(`there is nothing at ${JSON.stringify(pointer)}`);
      node = child;
    }
    return node;
  }

  /** A value of its own, so that a change in one place does not show in the other. */
  #copyOf(pointer: string, fail: Fail): JsonValue {
    const text = JSON.stringify(this.#valueAt(pointer, fail));
    this.#copiedCharacters += text.length;
    if (this.#copiedCharacters > copiedMaxCharacters) throw fail(`the copies exceed ${copiedMaxCharacters} characters`);
    return JSON.parse(text);
  }

  /** Copies into copies would nest deeper than the walks over a document can follow. */
  #deepen(depth: number, fail: Fail): void {
    if (depth > jsonDepthMax) throw fail(`the document would nest more than ${jsonDepthMax} levels deep`);
    this.#depth = Math.max(this.#depth, depth);
  }
}

/** Sets a member that is there already. */
function setIn({ container, token }: Place, value: JsonValue, fail: Fail): void {
  if (Array.isArray(container)) container[indexOf(token, container.length - 1, fail)] = value;
  else defineMember(container, token, value);
}

function depthOf(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner));
  return 1 + deepest;
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
