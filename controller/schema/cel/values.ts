import type { Meter } from "./compare.ts";

/** Anything an expression can yield. Integers are bigints, doubles are numbers. */
export type Value = null | boolean | bigint | number | string | Uint8Array | Boxed;

/** Values that JavaScript has no type of its own for; `kind` tells them apart. */
export type Boxed =
  | CelUint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | TypeValue
  | OptionalValue
  | OpaqueValue
  | Fault;

/** An unsigned integer. */
export class CelUint {
  readonly kind = "uint";
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant, in nanoseconds since 1970. */
export class Timestamp {
  readonly kind = "timestamp";
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A span of time, in nanoseconds. */
export class Duration {
  readonly kind = "duration";
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** Values in order. They may be made only when they are asked for. */
export interface ListValue {
  readonly kind: "list";
  readonly size: number;
  /** `index` is within the list. */
  at(index: number): Value;
  /** What it was made from. Two that were made from one and the same are equal. */
  readonly source?: object;
  /** Set where the list compares and grows in a way of its own, as those do that a schema declares to be sets or maps. */
  readonly manner?: ListManner;
}

/** How a list that is really a set or a map behaves. */
export interface ListManner {
  isSame(other: ListValue, meter: Meter): boolean | Fault;
  plus(other: ListValue): ListValue;
}

/** Values by key. A key is a string, an integer or a bool. */
export interface MapValue {
  readonly kind: "map";
  readonly size: number;
  get(key: MapKey): Value | undefined;
  keys(): Iterable<MapKey>;
  /** What it was made from. Two that were made from one and the same are equal. */
  readonly source?: object;
  /** Whether what expressions cannot see is the same in both, where there is such. */
  hasSameRest?(other: MapValue): boolean;
}

export type MapKey = string | bigint | boolean;

/** A type as a value, as `type(self)` yields it. */
export class TypeValue {
  readonly kind = "type";
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value that may be absent. */
export class OptionalValue {
  readonly kind = "optional";
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const none = new OptionalValue(undefined);

/** A value that only the functions of its library look into. */
export interface OpaqueValue {
  readonly kind: "opaque";
  /** Such as `net.IP`. */
  readonly typeName: string;
  isSame(other: OpaqueValue): boolean;
}

/** What came of an expression that could not be evaluated. It is a value, because `||` and `&&` can still decide without it. */
export class Fault {
  readonly kind = "fault";
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The fault of arguments that no form of a function takes. */
export const noSuchOverload = new Fault("no such overload");

export function isFault(value: Value | undefined): value is Fault {
  return value instanceof Fault;
}

export class PlainList implements ListValue {
  readonly kind = "list";
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index] ?? null;
  }
}

export class PlainMap implements MapValue {
  readonly kind = "map";
  readonly entries: ReadonlyMap<MapKey, Value>;

  constructor(entries: ReadonlyMap<MapKey, Value>) {
    this.entries = entries;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: MapKey): Value | undefined {
    return this.entries.get(key);
  }

  keys(): Iterable<MapKey> {
    return this.entries.keys();
  }
}

/** The elements of a list, one after the other. */
export function* itemsOf(list: ListValue): Generator<Value> {
  for (let index = 0; index < list.size; index++) yield list.at(index);
}

/** The value as a map's key; undefined where it can be none. Numbers that are equal are the same key. */
export function asKey(value: Value): MapKey | undefined {
  if (typeof value === "string" || typeof value === "bigint" || typeof value === "boolean") return value;
  if (value instanceof CelUint) return value.value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** The name of a value's type, as `type()` and messages give it. */
export function typeNameOf(value: Value): string {
  if (value === null) return "null_type";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      if (value instanceof Uint8Array) return "bytes";
      return boxedNames[value.kind] ?? (value.kind === "opaque" ? value.typeName : value.kind);
  }
}

const boxedNames: Readonly<Record<string, string>> = {
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
  optional: "optional_type",
};

/** What `size()` says of a value; 1 for one without a size. Costs are counted in these. */
export function extentOf(value: Value): number {
  if (typeof value === "string") return characters(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 1;
  if (value.kind === "list" || value.kind === "map") return value.size;
  return value.kind === "optional" && value.value !== undefined ? extentOf(value.value) : 1;
}

/** The characters (code points) of a text. */
export function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count--;
        index++;
      }
    }
  }
  return count;
}
