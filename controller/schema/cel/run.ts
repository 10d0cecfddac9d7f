import type { Meter } from "./compare.ts";
import { Fault, type Value } from "./values.ts";

/** The one fault that nothing can decide without: evaluation has ended. */
export const costExceeded = new Fault("operation cancelled: actual cost limit exceeded");

export const selectCost = 1;
export const listCost = 10;
export const mapCost = 30;

/** The state of one evaluation. */
export class Run implements Meter {
  cost = 0;
  values = 0;
  readonly limit: number;
  readonly slots: Value[];

  constructor(inputs: readonly Value[], slots: number, limit: number) {
    this.slots = [...inputs, ...Array.from({ length: slots - inputs.length }, () => null)];
    this.limit = limit;
  }

  /** Counts a step that led to `value`. */
  spend(cost: number, value: Value): Value {
    this.cost += cost;
    return this.cost > this.limit ? costExceeded : value;
  }
}

/** A part of an expression, ready to be evaluated. */
export type Step = (run: Run) => Value;
