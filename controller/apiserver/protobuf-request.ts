import { SporeError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { objectIn, textIn } from "./object-meta.ts";
import { type Field, type Message, messages } from "./protobuf-messages.ts";

/** The media type of Kubernetes' protobuf. Since 1.32, kubectl and typed clients in Go send built-in kinds in it. */
export const protobufType = "application/vnd.kubernetes.protobuf";

/** Every body begins so: "k8s" and a zero byte (API concepts, "Protobuf encoding"). */
const magic = [0x6b, 0x38, 0x73, 0x00];
/** The envelope: what is inside, and the inside (apimachinery, `runtime.Unknown`). */
const envelope: Message = {
  1: { name: "typeMeta", type: { 1: { name: "apiVersion", type: "text" }, 2: { name: "kind", type: "text" } } },
  2: { name: "raw", type: "base64" },
};

/**
 * Reads an object that a client sent in protobuf, as JSON. Zero values are left out: gogo writes them although nobody set them.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for bytes that are malformed, `SPORE_UNSUPPORTED_MEDIA_TYPE` for a kind that is taken as JSON only.
 */
export function readProtobuf(bytes: Uint8Array): JsonObject {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw malformed("it does not begin with k8s");
  const outer = decode(new Reader(bytes.subarray(magic.length)), envelope);
  const typeMeta = objectIn(outer, "typeMeta");
  const [apiVersion, kind] = [textIn(typeMeta, "apiVersion"), textIn(typeMeta, "kind")];
  const message = messages.get(`${apiVersion} ${kind}`);
  if (message === undefined) {
    const text = `${apiVersion}, Kind=${kind} is not taken as protobuf - accepted media types include: application/json`;
    throw new SporeError("SPORE_UNSUPPORTED_MEDIA_TYPE", text);
  }
  const raw = Buffer.from(textIn(outer, "raw"), "base64");
  return { apiVersion, kind, ...decode(new Reader(raw), message) };
}

function decode(reader: Reader, message: Message): JsonObject {
  const single = new Map<string, JsonValue>();
  const lists = new Map<string, JsonValue[]>();
  const maps = new Map<string, Map<string, JsonValue>>();
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    const field = Object.hasOwn(message, number) ? message[number] : undefined;
    if (field === undefined) {
      reader.skip(wireType);
    } else if (field.type === "textMap" || field.type === "base64Map") {
      const [key, value] = entryIn(reader.field(wireType), field.type);
      intoMap(maps, field.name).set(key, value);
    } else {
      const value = readValue(reader, field, wireType);
      if (field.repeated === true) intoList(lists, field.name).push(value ?? "");
      else if (value !== undefined) single.set(field.name, value);
    }
  }
  const mapped = [...maps].map(([name, entries]) => [name, Object.fromEntries(entries)] as const);
  return Object.fromEntries([...single, ...lists, ...mapped]);
}

function intoMap(maps: Map<string, Map<string, JsonValue>>, name: string): Map<string, JsonValue> {
  const map = maps.get(name) ?? new Map<string, JsonValue>();
  maps.set(name, map);
  return map;
}

function intoList(lists: Map<string, JsonValue[]>, name: string): JsonValue[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

/** The value of one field; undefined when it is its type's zero. */
function readValue(reader: Reader, { type, repeated }: Field, wireType: number): JsonValue | undefined {
  if (type === "integer" || type === "flag") {
    if (wireType !== 0) throw malformed(`a number has the wire type ${wireType}`);
    const value = reader.varint();
    if (value === 0) return undefined;
    return type === "flag" ? true : value;
  }
  const bytes = reader.field(wireType);
  if (type === "text") {
    const text = utf8(bytes);
    return text === "" && repeated !== true ? undefined : text;
  }
  if (type === "base64") return Buffer.from(bytes).toString("base64");
  if (type === "time" || type === "microTime") return timeIn(bytes, type);
  if (type === "textMap" || type === "base64Map") return undefined; // read entry by entry, by the caller
  const inner = decode(new Reader(bytes), type);
  return Object.keys(inner).length === 0 && repeated !== true ? undefined : inner;
}

function entryIn(bytes: Uint8Array, type: "textMap" | "base64Map"): readonly [string, JsonValue] {
  const value = type === "textMap" ? "text" : "base64";
  const entry = decode(new Reader(bytes), { 1: { name: "key", type: "text" }, 2: { name: "value", type: value } });
  const key = textIn(entry, "key");
  if (key === "__proto__") throw malformed("the key __proto__ is not accepted");
  return [key, entry.value ?? ""];
}

/** RFC 3339, with microseconds where the type has them. */
function timeIn(bytes: Uint8Array, type: "time" | "microTime"): string | undefined {
  const fields: Message = { 1: { name: "seconds", type: "integer" }, 2: { name: "nanos", type: "integer" } };
  const { seconds = 0, nanos = 0 } = decode(new Reader(bytes), fields);
  if (typeof seconds !== "number" || typeof nanos !== "number" || (seconds === 0 && nanos === 0)) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()) || nanos < 0 || nanos >= 1e9) throw malformed("a time is out of range");
  const whole = date.toISOString().slice(0, 19);
  return type === "time" ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SporeError("SPORE_BAD_REQUEST", "the protobuf body is malformed: a text is not UTF-8", {}, { cause });
  }
}

/** Walks over protobuf's wire format. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws SporeError `SPORE_BAD_REQUEST` beyond 2^53, where JSON numbers end to be exact. */
  varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const number = Number(BigInt.asIntN(64, value));
      if (!Number.isSafeInteger(number)) throw malformed("a number is too large to be kept exactly");
      return number;
    }
    throw malformed("it ends within a number");
  }

  /** The bytes of a field whose length precedes it. */
  field(wireType: number): Uint8Array {
    if (wireType !== 2) throw malformed(`a field has the wire type ${wireType}`);
    return this.#bytesAhead();
  }

  #bytesAhead(): Uint8Array {
    const length = this.varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw malformed("it ends within a field");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.#bytesAhead();
    else if (wireType === 1 || wireType === 5) this.#at += wireType === 1 ? 8 : 4;
    else throw malformed(`there is no wire type ${wireType}`);
  }
}

function malformed(why: string): SporeError {
  return new SporeError("SPORE_BAD_REQUEST", `the protobuf body is malformed: ${why}`);
}
