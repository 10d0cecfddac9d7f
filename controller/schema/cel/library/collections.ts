import { compare, isEqual, type Meter } from "../compare.ts";
import { eachElement, pairing } from "../cost.ts";
import {
  define,
  defineMetered,
  type Guard,
  isAny,
  isDouble,
  isDuration,
  isInt,
  isList,
  isUint,
  type Overload,
} from "../functions.ts";
import { CelUint, Duration, Fault, isFault, itemsOf, type ListValue, noSuchOverload, type Value } from "../values.ts";
import { intOf, uintOf } from "./standard.ts";
import { durationOf } from "./times.ts";

const comparable = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

function isSorted(list: ListValue): Value {
  for (let index = 1; index < list.size; index++) {
    const order = compare(list.at(index - 1), list.at(index));
    if (order instanceof Fault) return order;
    if (order > 0) return false;
  }
  return true;
}

/** The least element, or with a `sign` of -1 the greatest. */
function extreme(name: string, sign: 1 | -1, list: ListValue): Value {
  let best: Value | undefined;
  for (const item of itemsOf(list)) {
    if (isFault(item)) return item;
    const order = best === undefined ? -1 : compare(item, best);
    if (order instanceof Fault) return order;
    if (best === undefined || order * sign < 0) best = item;
  }
  return best === undefined ? new Fault(`${name} called on empty list`) : best;
}

/** Adds up a list whose elements are of one kind. */
function sum<T extends Value>(list: ListValue, zero: T, isRight: Guard<T>, add: (a: T, b: T) => T | Fault): Value {
  let total: T = zero;
  for (const item of itemsOf(list)) {
    if (!isRight(item)) return isFault(item) ? item : noSuchOverload;
    const next = add(total, item);
    if (next instanceof Fault) return next;
    total = next;
  }
  return total;
}

function findFrom(meter: Meter, list: ListValue, sought: Value, indexes: Iterable<number>): Value {
  for (const index of indexes) if (isEqual(list.at(index), sought, meter) === true) return BigInt(index);
  return -1n;
}

function* upwards(size: number): Generator<number> {
  for (let index = 0; index < size; index++) yield index;
}

function* downwards(size: number): Generator<number> {
  for (let index = size - 1; index >= 0; index--) yield index;
}

function has(meter: Meter, list: ListValue, sought: Value): boolean {
  for (const item of itemsOf(list)) if (isEqual(item, sought, meter) === true) return true;
  return false;
}

function containsAll(meter: Meter, list: ListValue, wanted: ListValue): boolean {
  for (const item of itemsOf(wanted)) if (!has(meter, list, item)) return false;
  return true;
}

function meets(meter: Meter, a: ListValue, b: ListValue): boolean {
  for (const item of itemsOf(a)) if (has(meter, b, item)) return true;
  return false;
}

/** Kubernetes' functions over lists, and the language's over lists taken as sets. */
export const collectionFunctions: readonly Overload[] = [
  ...comparable.flatMap((type) => [
    define("isSorted", `list<${type}>.(): bool`, [isList], isSorted, eachElement),
    define("min", `list<${type}>.(): ${type}`, [isList], (list) => extreme("min", 1, list), eachElement),
    define("max", `list<${type}>.(): ${type}`, [isList], (list) => extreme("max", -1, list), eachElement),
  ]),
  define("sum", "list<int>.(): int", [isList], (list) => sum(list, 0n, isInt, (a, b) => intOf(a + b)), eachElement),
  define("sum", "list<double>.(): double", [isList], (list) => sum(list, 0, isDouble, (a, b) => a + b), eachElement),
  define(
    "sum",
    "list<uint>.(): uint",
    [isList],
    (list) => {
      return sum(list, new CelUint(0n), isUint, (a, b) => uintOf(a.value + b.value));
    },
    eachElement,
  ),
  define(
    "sum",
    "list<duration>.(): duration",
    [isList],
    (list) => {
      return sum(list, new Duration(0n), isDuration, (a, b) => durationOf(a.nanoseconds + b.nanoseconds));
    },
    eachElement,
  ),
  defineMetered(
    "indexOf",
    "list<A>.(A): int",
    [isList, isAny],
    (meter, list, sought) => findFrom(meter, list, sought, upwards(list.size)),
    eachElement,
  ),
  defineMetered(
    "lastIndexOf",
    "list<A>.(A): int",
    [isList, isAny],
    (meter, list, sought) => findFrom(meter, list, sought, downwards(list.size)),
    eachElement,
  ),
  defineMetered("sets.contains", "(list<A>, list<A>): bool", [isList, isList], containsAll, pairing(1)),
  defineMetered("sets.intersects", "(list<A>, list<A>): bool", [isList, isList], meets, pairing(1)),
  defineMetered(
    "sets.equivalent",
    "(list<A>, list<A>): bool",
    [isList, isList],
    (meter, a, b) => containsAll(meter, a, b) && containsAll(meter, b, a),
    pairing(2),
  ),
];
