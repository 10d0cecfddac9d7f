import { compare, isEqual, type Meter } from "../compare.ts";
import { chaining, comparison, concatenation, equality, membership } from "../cost.ts";
import {
  define,
  defineMetered,
  isAny,
  isBool,
  isBytes,
  isDouble,
  isDuration,
  isInt,
  isList,
  isMap,
  isText,
  isTimestamp,
  isUint,
  type Overload,
} from "../functions.ts";
import { asKey, CelUint, extentOf, Fault, itemsOf, type ListValue, PlainList, type Value } from "../values.ts";

const intMin = -(2n ** 63n);
const intEnd = 2n ** 63n;
const uintEnd = 2n ** 64n;

/** A whole number of 64 bits, or the fault that it is none. */
export function intOf(value: bigint): bigint | Fault {
  return value >= intMin && value < intEnd ? value : new Fault("integer overflow");
}

export function uintOf(value: bigint): CelUint | Fault {
  return value >= 0n && value < uintEnd ? new CelUint(value) : new Fault("unsigned integer overflow");
}

/** One operator for ints, uints and doubles. Without `ofDoubles`, doubles have none. */
function arithmetic(
  name: string,
  ofIntegers: (a: bigint, b: bigint) => bigint | Fault,
  ofDoubles?: (a: number, b: number) => number,
): readonly Overload[] {
  const checked = (result: bigint | Fault, bound: (value: bigint) => Value) =>
    result instanceof Fault ? result : bound(result);
  return [
    define(name, "(int, int): int", [isInt, isInt], (a, b) => checked(ofIntegers(a, b), intOf)),
    define(name, "(uint, uint): uint", [isUint, isUint], (a, b) => checked(ofIntegers(a.value, b.value), uintOf)),
    ...(ofDoubles ? [define(name, "(double, double): double", [isDouble, isDouble], ofDoubles)] : []),
  ];
}

const numbers = [
  ["int", isInt],
  ["uint", isUint],
  ["double", isDouble],
] as const;

const ordered = [
  ["bool", isBool],
  ["string", isText],
  ["bytes", isBytes],
  ["timestamp", isTimestamp],
  ["duration", isDuration],
] as const;

function order(name: string, holds: (order: number) => boolean): readonly Overload[] {
  const run = (a: Value, b: Value): Value => {
    const result = compare(a, b);
    return result instanceof Fault ? result : holds(result);
  };
  return [
    ...numbers.flatMap(([left, isLeft]) =>
      numbers.map(([right, isRight]) => define(name, `(${left}, ${right}): bool`, [isLeft, isRight], run)),
    ),
    ...ordered.map(([type, isRight]) => {
      const cost = type === "string" || type === "bytes" ? comparison : undefined;
      return define(name, `(${type}, ${type}): bool`, [isRight, isRight], run, cost);
    }),
  ];
}

/** `a` and then `b`; a list that is really a set or a map merges. */
export function chained(a: ListValue, b: ListValue): ListValue {
  return a.manner ? a.manner.plus(b) : new PlainList([...itemsOf(a), ...itemsOf(b)]);
}

function isAmong(meter: Meter, value: Value, list: ListValue): boolean | Fault {
  let fault: Fault | undefined;
  for (const item of itemsOf(list)) {
    const same = isEqual(item, value, meter);
    if (same === true) return true;
    if (same instanceof Fault) fault ??= same;
  }
  return fault ?? false;
}

const size = (value: Value): bigint => BigInt(extentOf(value));
const sized = [
  ["string", isText],
  ["bytes", isBytes],
  ["list<A>", isList],
  ["map<A, B>", isMap],
] as const;

/** The operators of the language and `size`. Those that decide whether their operands are evaluated at all are `evaluate.ts`'s own. */
export const operators: readonly Overload[] = [
  ...arithmetic(
    "_+_",
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    "_-_",
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    "_*_",
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic(
    "_/_",
    (a, b) => (b === 0n ? new Fault("division by zero") : a / b),
    (a, b) => a / b,
  ),
  ...arithmetic("_%_", (a, b) => (b === 0n ? new Fault("modulus by zero") : a % b)),
  define("_+_", "(string, string): string", [isText, isText], (a, b) => a + b, concatenation),
  define("_+_", "(bytes, bytes): bytes", [isBytes, isBytes], (a, b) => Uint8Array.from([...a, ...b]), concatenation),
  define("_+_", "(list<A>, list<A>): list<A>", [isList, isList], chained, chaining),
  define("-_", "(int): int", [isInt], (value) => intOf(-value)),
  define("-_", "(double): double", [isDouble], (value) => -value),
  define("!_", "(bool): bool", [isBool], (value) => !value),
  ...order("_<_", (result) => result < 0),
  ...order("_<=_", (result) => result <= 0),
  ...order("_>_", (result) => result > 0),
  ...order("_>=_", (result) => result >= 0),
  defineMetered("_==_", "(A, A): bool", [isAny, isAny], (meter, a, b) => isEqual(a, b, meter), equality),
  defineMetered(
    "_!=_",
    "(A, A): bool",
    [isAny, isAny],
    (meter, a, b) => {
      const same = isEqual(a, b, meter);
      return same instanceof Fault ? same : !same;
    },
    comparison,
  ),
  defineMetered("@in", "(A, list<A>): bool", [isAny, isList], isAmong, membership),
  define("@in", "(A, map<A, B>): bool", [isAny, isMap], (value, map) => {
    const key = asKey(value);
    return key !== undefined && map.get(key) !== undefined;
  }),
  ...sized.flatMap(([type, isRight]) => [
    define("size", `(${type}): int`, [isRight], size),
    define("size", `${type}.(): int`, [isRight], size),
  ]),
];
