import { SporeError } from "../base/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { objectMetaSchema } from "../schema/object-meta-schema.ts";
import { type JsonSchemaProps, memberSchema } from "../schema/schema.ts";

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/**
 * `live` with Kubernetes' strategic merge patch applied: as a merge patch, except that lists which the schema marks with
 * `x-kubernetes-patch-strategy: merge` are merged item by item, by their merge key where the items are objects. Directives: `$patch` (replace,
 * delete, merge), `$retainKeys`, `$deleteFromPrimitiveList/<field>`, `$setElementOrder/<field>`.
 * Neither argument is changed.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for a directive that makes no sense, or a list item without its merge key.
 */
export function strategicMerge(live: JsonObject, patch: JsonObject, root: JsonSchemaProps): JsonObject {
  const schema = { ...root, properties: { ...root.properties, metadata: objectMetaSchema } };
  return mergeObject(live, patch, schema, "");
}

function mergeObject(
  live: JsonObject,
  patch: JsonObject,
  schema: JsonSchemaProps | undefined,
  path: string,
): JsonObject {
  const directive = patch.$patch;
  if (directive === "replace") return withoutDirectives(patch);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") throw badDirective("$patch", directive, path);
  const base = retained(live, patch, path);
  const result = new Map(Object.entries(base));
  for (const [field, change] of Object.entries(patch)) {
    if (field === "$patch" || field === "$retainKeys" || field.startsWith("$")) continue;
    const at = path === "" ? field : `${path}.${field}`;
    if (change === null) result.delete(field);
    else result.set(field, mergeValue(result.get(field), change, schema && memberSchema(schema, field), at));
  }
  applyListDirectives(result, patch, schema, path);
  return Object.fromEntries(result);
}

/** With `$retainKeys`, what the patch does not list goes. */
function retained(live: JsonObject, patch: JsonObject, path: string): JsonObject {
  const keep = patch.$retainKeys;
  if (keep === undefined) return live;
  if (!Array.isArray(keep)) throw badDirective("$retainKeys", keep, path);
  return Object.fromEntries(Object.entries(live).filter(([field]) => keep.some((name: JsonValue) => name === field)));
}

function mergeValue(
  live: JsonValue | undefined,
  change: JsonValue,
  schema: JsonSchemaProps | undefined,
  path: string,
): JsonValue {
  if (isJsonObject(change)) return mergeObject(isJsonObject(live) ? live : {}, change, schema, path);
  if (Array.isArray(change)) return mergeList(Array.isArray(live) ? live : [], change, schema, path);
  return change;
}

function mergeList(
  live: readonly JsonValue[],
  patch: readonly JsonValue[],
  schema: JsonSchemaProps | undefined,
  path: string,
): readonly JsonValue[] {
  const replaces = patch.some((item) => isJsonObject(item) && item.$patch === "replace");
  if (replaces || schema?.["x-kubernetes-patch-strategy"] !== "merge") {
    return patch.filter((item) => !(isJsonObject(item) && item.$patch !== undefined));
  }
  const key = schema["x-kubernetes-patch-merge-key"];
  if (key !== undefined) return mergeByKey(live, patch, { key, schema, path });
  const known = new Set(live.map(identityOf));
  return [...live, ...patch.filter((item) => !known.has(identityOf(item)))];
}

interface ListRule {
  readonly key: string;
  readonly schema: JsonSchemaProps;
  readonly path: string;
}

function mergeByKey(
  live: readonly JsonValue[],
  patch: readonly JsonValue[],
  { key, schema, path }: ListRule,
): readonly JsonValue[] {
  const items: (JsonValue | undefined)[] = [...live];
  const places = placesOf(live, (item) => identityOf(isJsonObject(item) ? item[key] : undefined));
  for (const item of patch) {
    const id = isJsonObject(item) ? item[key] : undefined;
    if (!isJsonObject(item) || id === undefined) {
      throw new SporeError(
        "SPORE_BAD_REQUEST",
        `the patch is malformed: an item of ${path} has no ${JSON.stringify(key)}, by which the list is merged`,
      );
    }
    const place = places.get(identityOf(id)) ?? items.length;
    const known = items[place];
    if (item.$patch === "delete") {
      if (place < items.length) items[place] = undefined;
      continue;
    }
    const at = `${path}[${key}=${JSON.stringify(id)}]`;
    items[place] = mergeObject(isJsonObject(known) ? known : {}, item, schema.items, at);
    places.set(identityOf(id), place);
  }
  return items.filter((item) => item !== undefined);
}

/** Where each identity comes first. */
function placesOf(list: readonly JsonValue[], idOf: (item: JsonValue) => string): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const id = idOf(item);
    if (!places.has(id)) places.set(id, index);
  }
  return places;
}

/** Equal for equal values: looking items up by it keeps long lists from being compared each with each. */
function identityOf(value: JsonValue | undefined): string {
  return value === undefined ? "" : canonicalJson(value);
}

/** Deletions from lists of scalars, and the order of merged lists. */
function applyListDirectives(
  result: Map<string, JsonValue>,
  patch: JsonObject,
  schema: JsonSchemaProps | undefined,
  path: string,
): void {
  for (const [directive, value] of Object.entries(patch)) {
    const prefix = [deletePrefix, orderPrefix].find((known) => directive.startsWith(known));
    if (prefix === undefined) {
      if (directive.startsWith("$") && directive !== "$patch" && directive !== "$retainKeys") {
        throw badDirective(directive, value, path);
      }
      continue;
    }
    if (!Array.isArray(value)) throw badDirective(directive, value, path);
    const field = directive.slice(prefix.length);
    const list = result.get(field);
    if (!Array.isArray(list)) continue;
    const listSchema = schema && memberSchema(schema, field);
    result.set(field, prefix === deletePrefix ? without(list, value) : ordered(list, value, listSchema));
  }
}

function without(list: readonly JsonValue[], gone: readonly JsonValue[]): readonly JsonValue[] {
  const leaving = new Set(gone.map(identityOf));
  return list.filter((item) => !leaving.has(identityOf(item)));
}

/** Items named in `order` as it says; the others keep their place behind the item they followed. */
function ordered(
  list: readonly JsonValue[],
  order: readonly JsonValue[],
  schema: JsonSchemaProps | undefined,
): readonly JsonValue[] {
  const key = schema?.["x-kubernetes-patch-merge-key"];
  const idOf = (item: JsonValue) => identityOf(key !== undefined && isJsonObject(item) ? item[key] : item);
  const ranks = placesOf(order, idOf);
  let rank = -1;
  const ranked = list.map((item) => {
    rank = ranks.get(idOf(item)) ?? rank;
    return { item, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith("$")));
}

function badDirective(directive: string, value: JsonValue | undefined, path: string): SporeError {
  const where = path === "" ? "" : ` at ${path}`;
  return new SporeError(
    "SPORE_BAD_REQUEST",
    `the patch is malformed: ${directive} is ${JSON.stringify(value)}${where}`,
  );
}
