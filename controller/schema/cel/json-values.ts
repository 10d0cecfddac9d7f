import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { isEqual, type Meter } from "./compare.ts";
import { asRoot } from "./declare.ts";
import { escaped } from "./escape.ts";
import { parseDuration, parseTimestamp } from "./library/times.ts";
import {
  Fault,
  itemsOf,
  type ListManner,
  type ListValue,
  type MapKey,
  type MapValue,
  PlainList,
  type Value,
} from "./values.ts";

/** Makes a JSON value what its schema says it is to an expression. Nothing within is converted before it is asked for. */
export type Convert = (json: JsonValue) => Value;

/** Prepares the conversion of values with this schema. `isRoot`: they are whole resources. */
export function conversion(schema: JsonSchemaProps, isRoot: boolean): Convert {
  const convert = convertOf(isRoot ? asRoot(schema) : schema);
  const ofNull = schema.nullable === true ? null : new Fault("invalid data, got null for schema with nullable=false");
  return (json) => (json === null ? ofNull : convert(json));
}

function mismatch(wanted: string, json: JsonValue): Fault {
  return new Fault(`invalid data, expected ${wanted}, got ${Array.isArray(json) ? "array" : typeof json}`);
}

function convertOf(schema: JsonSchemaProps): Convert {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return (json) =>
      typeof json === "string" ? json : typeof json === "number" ? whole(json) : mismatch("int or string", json);
  }
  switch (schema.type) {
    case "object": {
      const members = membersOf(schema);
      return (json) => (isJsonObject(json) ? new JsonMap(json, members) : mismatch("object", json));
    }
    case "array":
      return listConversion(schema);
    case "string":
      return textConversion(schema.format);
    case "number":
      return (json) => (typeof json === "number" ? json : mismatch("float", json));
    case "integer":
      return (json) => (typeof json === "number" ? whole(json) : mismatch("int", json));
    case "boolean":
      return (json) => (typeof json === "boolean" ? json : mismatch("bool", json));
    default:
      return () => new Fault("values without a type are not known to rules");
  }
}

function whole(json: number): Value {
  return Number.isInteger(json) ? BigInt(json) : mismatch("int", json);
}

function textConversion(format: string | undefined): Convert {
  const plain: Convert = (json) => (typeof json === "string" ? json : mismatch("string", json));
  const parsed = (parse: (text: string) => Value | undefined): Convert => {
    return (json) => (typeof json === "string" ? (parse(json) ?? new Fault(`Invalid ${format} ${json}`)) : plain(json));
  };
  switch (format) {
    case "byte":
      return parsed((text) => Uint8Array.from(Buffer.from(text, "base64")));
    case "duration":
      return parsed(parseDuration);
    case "date":
    case "date-time":
      return parsed(parseTimestamp);
    default:
      return plain;
  }
}

function listConversion(schema: JsonSchemaProps): Convert {
  const { items = {} } = schema;
  const element = conversion(items, items["x-kubernetes-embedded-resource"] === true);
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const listType = schema["x-kubernetes-list-type"];
  const keyOf =
    listType === "set" ? canonicalJson : listType === "map" ? (json: JsonValue) => mapKey(json, keys) : undefined;
  return (json) => {
    if (!Array.isArray(json)) return mismatch("array", json);
    const list: readonly JsonValue[] = json;
    return new JsonList(list, element, keyOf);
  };
}

/** What tells the elements of a list apart that is a map by some of their fields. */
export function mapKey(json: JsonValue, keys: readonly string[]): string {
  return isJsonObject(json) ? canonicalJson(keys.map((key) => json[key] ?? null)) : "";
}

class JsonList implements ListValue {
  readonly kind = "list";
  readonly json: readonly JsonValue[];
  readonly element: Convert;
  readonly manner?: ListManner;

  get source(): object {
    return this.json;
  }

  constructor(json: readonly JsonValue[], element: Convert, keyOf: ((json: JsonValue) => string) | undefined) {
    this.json = json;
    this.element = element;
    if (keyOf) this.manner = keyedManner(this, keyOf);
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): Value {
    return this.element(this.json[index] ?? null);
  }
}

/** Sets and maps, which are written as lists: their order says nothing, and adding one to another merges them. */
function keyedManner(list: JsonList, keyOf: (json: JsonValue) => string): ListManner {
  return {
    isSame: (other, meter) => {
      return list.size === other.size && hasSameElements(list, other, keyOf, meter);
    },
    plus: (other) => {
      if (!(other instanceof JsonList)) return new PlainList([...itemsOf(list), ...itemsOf(other)]);
      const merged = new Map(list.json.map((json) => [keyOf(json), json]));
      for (const json of other.json) merged.set(keyOf(json), json);
      return new JsonList([...merged.values()], list.element, keyOf);
    },
  };
}

function hasSameElements(
  list: JsonList,
  other: ListValue,
  keyOf: (json: JsonValue) => string,
  meter: Meter,
): boolean | Fault {
  if (!(other instanceof JsonList)) {
    // A list that was written in the expression: it has no keys, so each element is looked for.
    for (const item of itemsOf(other)) {
      let found = false;
      for (const own of itemsOf(list)) found ||= isEqual(own, item, meter) === true;
      if (!found) return false;
    }
    return true;
  }
  const own = new Map(list.json.map((json) => [keyOf(json), json]));
  for (const json of other.json) {
    const match = own.get(keyOf(json));
    if (match === undefined) return false;
    const same = isEqual(list.element(match), other.element(json), meter);
    if (same !== true) return same;
  }
  return true;
}

/** How the members of an object are found and converted. */
interface Members {
  /** What a member's name stands for; undefined where rules know of no such member. */
  find(name: string): { readonly property: string; readonly convert: Convert } | undefined;
  /** The name of a member, as expressions write it. */
  nameOf(property: string): string | undefined;
  /** Whether a null counts as absent. */
  readonly dropsNull: boolean;
}

function membersOf(schema: JsonSchemaProps): Members {
  const { properties, additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === "object") {
    const convert = conversion(additionalProperties, additionalProperties["x-kubernetes-embedded-resource"] === true);
    return { find: (property) => ({ property, convert }), nameOf: (property) => property, dropsNull: false };
  }
  const named = new Map(
    Object.entries(properties ?? {}).map(([property, member]) => {
      const convert = conversion(member, member["x-kubernetes-embedded-resource"] === true);
      return [escaped(property) ?? `\0${property}`, { property, convert }];
    }),
  );
  const names = new Map([...named].map(([name, { property }]) => [property, name]));
  return { find: (name) => named.get(name), nameOf: (property) => names.get(property), dropsNull: true };
}

/** Asking for an object's keys takes a walk; a rule may do so again and again. */
const keysOfObjects = new WeakMap<JsonObject, readonly string[]>();

function keysOf(json: JsonObject): readonly string[] {
  const known = keysOfObjects.get(json);
  if (known) return known;
  const keys = Object.keys(json);
  keysOfObjects.set(json, keys);
  return keys;
}

class JsonMap implements MapValue {
  readonly kind = "map";
  readonly json: JsonObject;
  readonly #members: Members;

  constructor(json: JsonObject, members: Members) {
    this.json = json;
    this.#members = members;
  }

  get size(): number {
    return keysOf(this.json).length;
  }

  get(key: MapKey): Value | undefined {
    if (typeof key !== "string") return undefined;
    const member = this.#members.find(key);
    if (member === undefined || !Object.hasOwn(this.json, member.property)) return undefined;
    const json = this.json[member.property] ?? null;
    return json === null && this.#members.dropsNull ? undefined : member.convert(json);
  }

  *keys(): Generator<string> {
    for (const property of keysOf(this.json)) {
      const name = this.#members.nameOf(property);
      if (name !== undefined && !(this.#members.dropsNull && this.json[property] === null)) yield name;
    }
  }

  get source(): object {
    return this.json;
  }

  hasSameRest(other: MapValue): boolean {
    return (
      !(other instanceof JsonMap) ||
      keysOf(this.json).every((property) => {
        return this.#members.nameOf(property) !== undefined || isSameJson(this.json[property], other.json[property]);
      })
    );
  }
}
