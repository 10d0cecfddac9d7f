import { isMap, type Overload } from "./functions.ts";
import { costExceeded, type Step, selectCost } from "./run.ts";
import { Fault, isFault, none, noSuchOverload, OptionalValue, type Value } from "./values.ts";

/** Of looking more closely than a function's cost says: values, and characters of texts, per cost unit. */
const valuesPerUnit = 5;
const charactersPerUnit = 64;

/** `&&` (decided by false) and `||` (by true): one operand that decides is enough, even where the other cannot be evaluated. */
export function decided(left: Step, right: Step, by: boolean): Step {
  return (run) => {
    const a = left(run);
    if (a === by || a === costExceeded) return a;
    const b = right(run);
    if (b === by || b === costExceeded) return b;
    if (isFault(a)) return a;
    if (isFault(b)) return b;
    return typeof a === "boolean" && typeof b === "boolean" ? !by : noSuchOverload;
  };
}

/** `?:`: only what is chosen is evaluated. */
export function conditional(test: Step, chosen: Step, other: Step): Step {
  return (run) => {
    const value = test(run);
    if (typeof value === "boolean") return value ? chosen(run) : other(run);
    return isFault(value) ? value : noSuchOverload;
  };
}

/** `or` and `orValue`: their argument is evaluated only where the target is none. */
export function fallback(target: Step, other: Step, name: "or" | "orValue"): Step {
  return (run) => {
    const value = target(run);
    if (isFault(value)) return value;
    if (!(value instanceof OptionalValue)) return noSuchOverload;
    if (value.value === undefined) return other(run);
    return name === "or" ? value : value.value;
  };
}

/** What selecting a field yields. */
export function selected(value: Value, field: string): Value {
  if (value instanceof OptionalValue) {
    return value.value === undefined ? none : maybe(value.value, field);
  }
  if (!isMap(value)) return noSuchOverload;
  return value.get(field) ?? new Fault(`no such key: ${field}`);
}

/** The field of a map, where it has one. */
function maybe(value: Value, field: string): Value {
  if (!isMap(value)) return noSuchOverload;
  const found = value.get(field);
  if (found === undefined) return none;
  return isFault(found) ? found : new OptionalValue(found);
}

/** `?.`: what selecting a field yields, where it is there. */
export function optionalField(operand: Step, field: Step): Step {
  return (run) => {
    const value = operand(run);
    if (isFault(value)) return value;
    const name = field(run);
    if (typeof name !== "string") return noSuchOverload;
    const whole = value instanceof OptionalValue ? value.value : value;
    return run.spend(selectCost, whole === undefined ? none : maybe(whole, name));
  };
}

/** Evaluates the arguments in order, then the first form of the function that takes them. */
export function invocation(overloads: readonly Overload[], args: readonly Step[]): Step {
  return (run) => {
    const values: Value[] = [];
    for (const step of args) {
      const value = step(run);
      if (isFault(value)) return value;
      values.push(value);
    }
    for (const overload of overloads) {
      if (!overload.accepts(values)) continue;
      const before = run.values;
      const result = overload.run(values, run);
      if (result === noSuchOverload && overloads.length > 1) continue;
      const walked = (run.values - before) / valuesPerUnit;
      const cost = Math.max(overload.cost.actual(values, result), Math.floor(walked), textUnits(values, result));
      return run.spend(cost, result);
    }
    return run.spend(1, noSuchOverload);
  };
}

/** What walking over long texts costs at the least, whatever a function's cost says of them. */
function textUnits(args: readonly Value[], result: Value): number {
  let length = typeof result === "string" ? result.length : 0;
  for (const value of args) if (typeof value === "string") length += value.length;
  return Math.floor(length / charactersPerUnit);
}
