import type { CelType } from "./cel-type.ts";
import type { Value } from "./values.ts";

/** An expression as it was written, macros expanded. `at` counts characters from the start of the text; messages point there. */
export type Expr =
  | { readonly kind: "literal"; readonly at: number; readonly value: Value; readonly type: CelType }
  | { readonly kind: "ident"; readonly at: number; readonly name: string }
  | Select
  | Call
  | ListLiteral
  | MapLiteral
  /** A message such as `Point{x: 1}`. None is declared in rules, so it is always an error. */
  | { readonly kind: "struct"; readonly at: number; readonly name: string }
  | Comprehension;

export interface Select {
  readonly kind: "select";
  readonly at: number;
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`: asks only whether it is there. */
  readonly isTest: boolean;
}

/** A call of a function or operator; operators bear names such as `_+_`. */
export interface Call {
  readonly kind: "call";
  readonly at: number;
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}

export interface ListLiteral {
  readonly kind: "list";
  readonly at: number;
  readonly elements: readonly Expr[];
  /** Indexes of the elements written with a question mark: left out when they are none. */
  readonly optional: ReadonlySet<number>;
}

export interface MapLiteral {
  readonly kind: "map";
  readonly at: number;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: Expr;
  readonly value: Expr;
  readonly isOptional: boolean;
}

/** What the macros `all`, `map` and their like become: a loop over `range` that carries one value along. */
export interface Comprehension {
  readonly kind: "comprehension";
  readonly at: number;
  readonly range: Expr;
  /** The element of a list, or the key of a map; with `second` the index or the key. */
  readonly variable: string;
  readonly second?: string;
  readonly accumulator: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** The name of the value that a macro's loop carries. No text can name it. */
export const accumulatorName = "@result";
