import type { JsonValue } from "../../../base/json.ts";

/** What a template consists of. */
export type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "show"; readonly pipe: Pipe }
  | { readonly type: "if" | "with" | "range"; readonly pipe: Pipe; readonly body: Body; readonly otherwise: Body }
  | { readonly type: "template"; readonly name: string; readonly pipe: Pipe | undefined; readonly line: number }
  | { readonly type: "break" | "continue" };

export type Body = readonly Node[];

/** `$a, $b := command | command`. */
export interface Pipe {
  /** Variables that get the result. */
  readonly variables: readonly string[];
  /** `:=` makes them; `=` changes those that there are. */
  readonly declares: boolean;
  readonly commands: readonly Command[];
  readonly line: number;
}

/** A function and what it gets, or one operand. */
export type Command = readonly Operand[];

export type Operand =
  | { readonly type: "literal"; readonly value: JsonValue }
  | { readonly type: "function"; readonly name: string }
  | { readonly type: "dot"; readonly fields: readonly string[] }
  | { readonly type: "variable"; readonly name: string; readonly fields: readonly string[] }
  | { readonly type: "pipe"; readonly pipe: Pipe; readonly fields: readonly string[] };

/** A template and those that it defines by name. */
export interface TemplateTree {
  readonly body: Body;
  readonly named: ReadonlyMap<string, Body>;
}
