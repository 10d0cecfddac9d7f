import { accumulatorName, type Call, type Comprehension, type Expr, type ListLiteral, type MapLiteral } from "./ast.ts";
import type { Checked } from "./checker.ts";
import { isMap } from "./functions.ts";
import { eachOf, type LoopStep, listGathering, mapGathering } from "./loop-steps.ts";
import { costExceeded, listCost, mapCost, Run, type Step, selectCost } from "./run.ts";
import { conditional, decided, fallback, invocation, optionalField, selected } from "./steps.ts";
import {
  asKey,
  Fault,
  isFault,
  type MapKey,
  noSuchOverload,
  OptionalValue,
  PlainList,
  PlainMap,
  TypeValue,
  type Value,
} from "./values.ts";

/** What became of one evaluation. */
export interface Outcome {
  /** A fault where the expression could not be evaluated. */
  readonly value: Value;
  /** In cel-go's cost units. */
  readonly cost: number;
}

/** An expression, ready to be evaluated. */
export interface Program {
  /**
   * @param inputs the values of the variables, in the order in which they were declared.
   * @param costLimit evaluation ends with the fault `costExceeded` as soon as it has cost more.
   */
  evaluate(inputs: readonly Value[], costLimit: number): Outcome;
}

/** Prepares a checked expression. `variables` are the names that it may look up. */
export function programOf(checked: Checked, variables: readonly string[]): Program {
  const compiler = new Compiler(checked, variables);
  const step = compiler.step(checked.expr);
  const slots = compiler.slots;
  return {
    evaluate: (inputs, costLimit) => {
      const run = new Run(inputs, slots, costLimit);
      const value = step(run);
      return { value, cost: run.cost };
    },
  };
}

/** Turns expressions into functions. Each variable of a loop has a slot of its own, so that evaluating needs no names. */
class Compiler {
  slots: number;
  readonly #checked: Checked;
  readonly #scopes: Map<string, number>[];

  constructor(checked: Checked, variables: readonly string[]) {
    this.#checked = checked;
    this.#scopes = [new Map(variables.map((name, slot) => [name, slot]))];
    this.slots = variables.length;
  }

  step(expr: Expr): Step {
    switch (expr.kind) {
      case "literal": {
        const { value } = expr;
        return () => value;
      }
      case "ident":
        return this.#ident(expr.name);
      case "select":
        return expr.isTest ? this.#presence(expr.operand, expr.field) : this.#selection(expr.operand, expr.field);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return () => noSuchOverload;
      case "comprehension":
        return this.#loop(expr);
    }
  }

  #slotOf(name: string): number | undefined {
    for (const scope of this.#scopes.toReversed()) {
      const slot = scope.get(name);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  #ident(name: string): Step {
    const slot = this.#slotOf(name);
    if (slot !== undefined) return (run) => run.spend(selectCost, run.slots[slot] ?? null);
    const type = new TypeValue(name);
    return (run) => run.spend(selectCost, type);
  }

  #selection(operand: Expr, field: string): Step {
    const target = this.step(operand);
    return (run) => {
      const value = target(run);
      return isFault(value) ? value : run.spend(selectCost, selected(value, field));
    };
  }

  #presence(operand: Expr, field: string): Step {
    const target = this.step(operand);
    return (run) => {
      const value = target(run);
      if (isFault(value)) return value;
      const whole = value instanceof OptionalValue ? value.value : value;
      if (whole === undefined) return false;
      return isMap(whole) ? whole.get(field) !== undefined : noSuchOverload;
    };
  }

  #call(call: Call): Step {
    const args = call.args.map((argument) => this.step(argument));
    const [first, second, third] = args;
    if (first && second) {
      if (call.name === "_&&_") return decided(first, second, false);
      if (call.name === "_||_") return decided(first, second, true);
      if (call.name === "_?._") return optionalField(first, second);
      if (call.name === "_?_:_" && third) return conditional(first, second, third);
    }
    if (call.name === "@not_strictly_false" && first) return (run) => run.spend(1, first(run) !== false);
    const overloads = this.#checked.overloadsOf(call);
    const isMember = overloads[0]?.isMember === true;
    const target = isMember && call.target ? this.step(call.target) : undefined;
    if (target && first && (call.name === "or" || call.name === "orValue")) return fallback(target, first, call.name);
    return invocation(overloads, target ? [target, ...args] : args);
  }

  #list({ elements, optional }: ListLiteral): Step {
    const steps = elements.map((element) => this.step(element));
    return (run) => {
      const values: Value[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(run);
        if (isFault(value)) return value;
        if (!optional.has(index)) values.push(value);
        else if (!(value instanceof OptionalValue)) return noSuchOverload;
        else if (value.value !== undefined) values.push(value.value);
      }
      return run.spend(listCost, new PlainList(values));
    };
  }

  #map({ entries }: MapLiteral): Step {
    const steps = entries.map(({ key, value, isOptional }) => ({
      key: this.step(key),
      value: this.step(value),
      isOptional,
    }));
    return (run) => {
      const made = new Map<MapKey, Value>();
      for (const { key, value, isOptional } of steps) {
        const name = key(run);
        if (isFault(name)) return name;
        const entry = value(run);
        if (isFault(entry)) return entry;
        const known = asKey(name);
        if (known === undefined) return new Fault("unsupported key type");
        if (made.has(known)) return new Fault("Failed with repeated key");
        if (!isOptional) made.set(known, entry);
        else if (!(entry instanceof OptionalValue)) return noSuchOverload;
        else if (entry.value !== undefined) made.set(known, entry.value);
      }
      return run.spend(mapCost, new PlainMap(made));
    };
  }

  /** Declares the names, and compiles what may use them. */
  #within<T>(names: readonly string[], compile: (slots: readonly number[]) => T): T {
    const slots = names.map(() => this.slots++);
    this.#scopes.push(new Map(names.map((name, index) => [name, slots[index] ?? 0])));
    const compiled = compile(slots);
    this.#scopes.pop();
    return compiled;
  }

  #loop(loop: Comprehension): Step {
    const range = this.step(loop.range);
    const initial = this.step(loop.initial);
    const names = [loop.variable, ...(loop.second === undefined ? [] : [loop.second])];
    return this.#within([loop.accumulator], ([accumulator = 0]) => {
      const body = this.#within(names, (slots) => ({
        slots,
        condition: this.step(loop.condition),
        step: this.#gathering(loop, accumulator) ?? this.#plainStep(loop.step, accumulator),
      }));
      const result = this.step(loop.result);
      return (run) => {
        const over = range(run);
        if (isFault(over)) return over;
        const start = initial(run);
        if (isFault(start)) return start;
        run.slots[accumulator] = body.step.begin?.() ?? start;
        const fault = eachOf(over, run, body.slots, () => {
          const goes = body.condition(run);
          if (goes !== true) return goes === false ? "end" : goes;
          return body.step.next(run);
        });
        return fault ?? result(run);
      };
    });
  }

  #plainStep(expr: Expr, accumulator: number): LoopStep {
    const step = this.step(expr);
    return {
      next: (run) => {
        const value = step(run);
        if (value === costExceeded) return value;
        run.slots[accumulator] = value; // a fault too: the next step may decide without it
        return undefined;
      },
    };
  }

  /**
   * A step that only adds to a list or a map grows the one it began with, where copying it each time would take time quadratic in its
   * size. Nothing else can see the list before the loop has ended. The costs are those of the step as it is written.
   */
  #gathering({ step, accumulator, initial }: Comprehension, slot: number): LoopStep | undefined {
    if (accumulator !== accumulatorName || step.kind !== "call") return undefined;
    const [filter, adding] = step.name === "_?_:_" ? step.args : [undefined, step];
    if (adding?.kind !== "call") return undefined;
    const [, ...added] = adding.args;
    const [one] = added;
    // Nothing is compiled before it is clear that it is needed: what is compiled twice at each depth would take for ever.
    if (adding.name === "cel.@mapInsert") {
      const test = filter && this.step(filter);
      return mapGathering(
        slot,
        test,
        added.map((part) => this.step(part)),
      );
    }
    const [element] = one?.kind === "list" && one.elements.length === 1 ? one.elements : [];
    if (adding.name !== "_+_" || initial.kind !== "list" || element === undefined) return undefined;
    return listGathering(slot, filter && this.step(filter), this.step(element));
  }
}
