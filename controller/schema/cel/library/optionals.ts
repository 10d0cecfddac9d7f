import { define, isAny, isInt, isList, isMap, isOptional, type Overload } from "../functions.ts";
import {
  asKey,
  extentOf,
  Fault,
  itemsOf,
  type ListValue,
  type MapValue,
  none,
  noSuchOverload,
  OptionalValue,
  PlainList,
  typeNameOf,
  type Value,
} from "../values.ts";

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n) return true;
  if (typeof value === "object" && !(value instanceof Uint8Array) && value.kind === "optional") {
    return value.value === undefined;
  }
  const isContainer =
    typeof value === "string" ||
    value instanceof Uint8Array ||
    typeNameOf(value) === "list" ||
    typeNameOf(value) === "map";
  return isContainer && extentOf(value) === 0;
}

function elementOf(list: ListValue, index: bigint): Value | undefined {
  return index >= 0n && index < BigInt(list.size) ? list.at(Number(index)) : undefined;
}

function memberOf(map: MapValue, key: Value): Value | undefined {
  const known = asKey(key);
  return known === undefined ? undefined : map.get(known);
}

/** What `list[index]` yields. */
function element(list: ListValue, index: bigint): Value {
  return elementOf(list, index) ?? new Fault(`index out of bounds: ${index}`);
}

/** What `map[key]` yields. */
function member(map: MapValue, key: Value): Value {
  return memberOf(map, key) ?? new Fault(`no such key: ${typeof key === "object" ? typeNameOf(key) : String(key)}`);
}

/** The same of what may be absent, so the answer may be as well. */
function within(optional: OptionalValue, key: Value): Value {
  const { value } = optional;
  if (value === undefined) return none;
  return wrapped(
    typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? lookUp(value, key) : noSuchOverload,
  );
}

function lookUp(container: Value, key: Value): Value | undefined {
  if (isList(container)) return typeof key === "bigint" ? elementOf(container, key) : noSuchOverload;
  return isMap(container) ? memberOf(container, key) : noSuchOverload;
}

function wrapped(value: Value | undefined): Value {
  if (value === undefined) return none;
  return value instanceof Fault ? value : new OptionalValue(value);
}

function unwrapped(list: ListValue): Value {
  const values: Value[] = [];
  for (const item of itemsOf(list)) {
    if (!(item instanceof OptionalValue)) return noSuchOverload;
    if (item.value !== undefined) values.push(item.value);
  }
  return new PlainList(values);
}

/** Indexing, and values that may be absent. `or` and `orValue`, which need not evaluate their argument, are in `evaluate.ts`. */
export const optionalFunctions: readonly Overload[] = [
  define("_[_]", "(list<A>, int): A", [isList, isInt], element),
  define("_[_]", "(map<A, B>, A): B", [isMap, isAny], member),
  define("_[_]", "(optional<list<A>>, int): optional<A>", [isOptional, isInt], within),
  define("_[_]", "(optional<map<A, B>>, A): optional<B>", [isOptional, isAny], within),
  define("_[?_]", "(list<A>, int): optional<A>", [isList, isInt], (list, index) => wrapped(elementOf(list, index))),
  define("_[?_]", "(optional<list<A>>, int): optional<A>", [isOptional, isInt], within),
  define("_[?_]", "(map<A, B>, A): optional<B>", [isMap, isAny], (map, key) => wrapped(memberOf(map, key))),
  define("_[?_]", "(optional<map<A, B>>, A): optional<B>", [isOptional, isAny], within),
  define("optional.of", "(A): optional<A>", [isAny], (value) => new OptionalValue(value)),
  define("optional.ofNonZeroValue", "(A): optional<A>", [isAny], (value) =>
    isZero(value) ? none : new OptionalValue(value),
  ),
  define("optional.none", "(): optional<A>", [], () => none),
  define("value", "optional<A>.(): A", [isOptional], ({ value }) => value ?? new Fault("optional.none() dereference")),
  define("hasValue", "optional<A>.(): bool", [isOptional], ({ value }) => value !== undefined),
  define("or", "optional<A>.(optional<A>): optional<A>", [isOptional, isOptional], (a, b) =>
    a.value === undefined ? b : a,
  ),
  define("orValue", "optional<A>.(A): A", [isOptional, isAny], ({ value }, other) => value ?? other),
  define("optional.unwrap", "(list<optional<A>>): list<A>", [isList], unwrapped),
  define("unwrapOpt", "list<optional<A>>.(): list<A>", [isList], unwrapped),
  define("first", "list<A>.(): optional<A>", [isList], (list) => wrapped(elementOf(list, 0n))),
  define("last", "list<A>.(): optional<A>", [isList], (list) => wrapped(elementOf(list, BigInt(list.size - 1)))),
];
