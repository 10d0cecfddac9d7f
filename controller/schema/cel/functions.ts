import type { Meter } from "./compare.ts";
import { type CostModel, constant } from "./cost.ts";
import { type Signature, signature } from "./signature.ts";
import {
  CelUint,
  Duration,
  type ListValue,
  type MapValue,
  noSuchOverload,
  OptionalValue,
  Timestamp,
  type Value,
} from "./values.ts";

/** One form of a function: what it takes, what it gives and what it costs. */
export interface Overload extends Signature {
  readonly name: string;
  /** Whether it takes these values; a check of what the types left open. */
  accepts(args: readonly Value[]): boolean;
  run(args: readonly Value[], meter: Meter): Value;
  readonly cost: CostModel;
}

/** Tells a value of one type. */
export type Guard<T extends Value> = (value: Value) => value is T;
type Guards<T extends readonly Value[]> = { readonly [K in keyof T]: T[K] extends Value ? Guard<T[K]> : never };

export const isText: Guard<string> = (value) => typeof value === "string";
export const isInt: Guard<bigint> = (value) => typeof value === "bigint";
export const isDouble: Guard<number> = (value) => typeof value === "number";
export const isBool: Guard<boolean> = (value) => typeof value === "boolean";
export const isBytes: Guard<Uint8Array> = (value) => value instanceof Uint8Array;
export const isUint: Guard<CelUint> = (value) => value instanceof CelUint;
export const isTimestamp: Guard<Timestamp> = (value) => value instanceof Timestamp;
export const isDuration: Guard<Duration> = (value) => value instanceof Duration;
export const isOptional: Guard<OptionalValue> = (value) => value instanceof OptionalValue;
export const isList: Guard<ListValue> = (value): value is ListValue => kindOf(value) === "list";
export const isMap: Guard<MapValue> = (value): value is MapValue => kindOf(value) === "map";
export const isAny: Guard<Value> = (_value): _value is Value => true;

function kindOf(value: Value): string {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? value.kind : "";
}

/** One form of the function `name`. `text` is its signature, and `guards` say the same of the values, one each. */
export function define<T extends readonly Value[]>(
  name: string,
  text: string,
  guards: Guards<T>,
  run: (...args: T) => Value,
  cost: CostModel = constant,
): Overload {
  return defineMetered<T>(name, text, guards, (_meter, ...args) => run(...args), cost);
}

/** The same for a function that may have to look deeper into its arguments than its cost says; it tells the meter. */
export function defineMetered<T extends readonly Value[]>(
  name: string,
  text: string,
  guards: Guards<T>,
  run: (meter: Meter, ...args: T) => Value,
  cost: CostModel = constant,
): Overload {
  const tests: readonly ((value: Value) => boolean)[] = guards;
  const accepts = (args: readonly Value[]): args is T =>
    args.length === tests.length && tests.every((isRight, index) => isRight(args[index] ?? null));
  return {
    name,
    ...signature(text),
    accepts,
    run: (args, meter) => (accepts(args) ? run(meter, ...args) : noSuchOverload),
    cost,
  };
}
