import { SporeError } from "../../../base/errors.ts";
import { isJsonObject, type JsonValue } from "../../../base/json.ts";
import { goText } from "./go-text.ts";
import { parseTemplate } from "./parse-template.ts";
import { isTrue, templateFunctions } from "./template-functions.ts";
import type { Body, Command, Node, Operand, Pipe, TemplateTree } from "./template-tree.ts";

/** Templates that call each other deeper than this are refused. */
const callDepthMax = 100;

/**
 * Compiles a template of Go's `text/template`, as `-o go-template` of kubectl takes it: with the functions of Go, and `exists` and
 * `base64decode`.
 *
 * @returns what it makes of an object; that throws SporeError `SPORE_INVALID` where the template and the object do not fit.
 * @throws SporeError `SPORE_USAGE` when it is malformed.
 */
export function goTemplate(text: string): (data: JsonValue) => string {
  const names = new Set([...templateFunctions.keys(), "and", "or"]);
  const tree = parseTemplate(text, names);
  return (data) => new Run(tree, data).text();
}

/** How a body ended: to its end, or to leave or repeat the loop around it. */
type Ending = "done" | "break" | "continue";

interface Variable {
  readonly name: string;
  value: JsonValue;
}

class Run {
  readonly #tree: TemplateTree;
  readonly #data: JsonValue;
  readonly #shown: string[] = [];
  #variables: Variable[];
  #depth = 0;

  constructor(tree: TemplateTree, data: JsonValue) {
    this.#tree = tree;
    this.#data = data;
    this.#variables = [{ name: "", value: data }];
  }

  text(): string {
    this.#body(this.#tree.body, this.#data);
    return this.#shown.join("");
  }

  #body(body: Body, dot: JsonValue): Ending {
    const depth = this.#variables.length;
    for (const node of body) {
      const ending = this.#node(node, dot);
      if (ending === "done") continue;
      this.#variables.length = depth;
      return ending;
    }
    this.#variables.length = depth;
    return "done";
  }

  #node(node: Node, dot: JsonValue): Ending {
    switch (node.type) {
      case "text":
        this.#shown.push(node.text);
        return "done";
      case "show": {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.variables.length === 0) this.#shown.push(value === null ? "<no value>" : goText(value));
        return "done";
      }
      case "template":
        this.#call(node.name, node.pipe ? this.#pipe(node.pipe, dot) : null, node.line);
        return "done";
      case "break":
      case "continue":
        return node.type;
      default:
        return this.#block(node, dot);
    }
  }

  #block(node: Extract<Node, { readonly body: Body }>, dot: JsonValue): Ending {
    const depth = this.#variables.length;
    const value = this.#pipe(node.pipe, dot, node.type === "range");
    const ending = node.type === "range" ? this.#range(node, value, dot) : this.#branch(node, value, dot);
    this.#variables.length = depth;
    return ending;
  }

  #branch({ type, body, otherwise }: Extract<Node, { readonly body: Body }>, value: JsonValue, dot: JsonValue): Ending {
    if (!isTrue(value)) return this.#body(otherwise, dot);
    return this.#body(body, type === "with" ? value : dot);
  }

  #range({ pipe, body, otherwise }: Extract<Node, { readonly body: Body }>, value: JsonValue, dot: JsonValue): Ending {
    const entries = entriesOf(value, pipe.line);
    if (entries.length === 0) return this.#body(otherwise, dot);
    const [first, second] = pipe.variables;
    for (const [key, item] of entries) {
      const depth = this.#variables.length;
      if (first !== undefined) this.#set(first, second === undefined ? item : key, pipe.declares);
      if (second !== undefined) this.#set(second, item, pipe.declares);
      const ending = this.#body(body, item);
      this.#variables.length = depth;
      if (ending === "break") break;
    }
    return "done";
  }

  #call(name: string, dot: JsonValue, line: number): void {
    const body = this.#tree.named.get(name);
    if (!body) fail(line, `template "${name}" not defined`);
    if (this.#depth >= callDepthMax) fail(line, `templates call each other more than ${callDepthMax} deep`);
    const around = this.#variables;
    this.#variables = [{ name: "", value: dot }];
    this.#depth += 1;
    this.#body(body, dot);
    this.#depth -= 1;
    this.#variables = around;
  }

  /** @param forLoop the loop sets the variables itself, for each turn. */
  #pipe(pipe: Pipe, dot: JsonValue, forLoop = false): JsonValue {
    let last: JsonValue | undefined;
    for (const command of pipe.commands) last = this.#command(command, dot, last, pipe.line);
    const value = last ?? null;
    if (!forLoop) for (const name of pipe.variables) this.#set(name, value, pipe.declares);
    return value;
  }

  #command(command: Command, dot: JsonValue, piped: JsonValue | undefined, line: number): JsonValue {
    const [first, ...rest] = command;
    if (!first) return null;
    if (first.type !== "function") {
      if (rest.length > 0 || piped !== undefined) fail(line, "can't give argument to non-function");
      if (first.type === "literal" && first.value === null) fail(line, "nil is not a command");
      return this.#operand(first, dot, line);
    }
    const operands = piped === undefined ? rest : [...rest, { type: "literal", value: piped } as const];
    if (first.name === "and" || first.name === "or") return this.#firstThatDecides(first.name, operands, dot, line);
    const run = templateFunctions.get(first.name);
    if (!run) fail(line, `function "${first.name}" not defined`);
    return run(
      operands.map((operand) => this.#operand(operand, dot, line)),
      (why) => fail(line, why),
    );
  }

  #firstThatDecides(name: "and" | "or", operands: readonly Operand[], dot: JsonValue, line: number): JsonValue {
    let value: JsonValue = null;
    for (const operand of operands) {
      value = this.#operand(operand, dot, line);
      if (isTrue(value) === (name === "or")) return value;
    }
    return value;
  }

  #operand(operand: Operand, dot: JsonValue, line: number): JsonValue {
    switch (operand.type) {
      case "literal":
        return operand.value;
      case "function":
        return this.#command([operand], dot, undefined, line);
      case "dot":
        return fieldOf(dot, operand.fields, line);
      case "variable":
        return fieldOf(this.#find(operand.name)?.value ?? null, operand.fields, line);
      case "pipe":
        return fieldOf(this.#pipe(operand.pipe, dot), operand.fields, line);
    }
  }

  #set(name: string, value: JsonValue, declares: boolean): void {
    const known = declares ? undefined : this.#find(name);
    if (known) known.value = value;
    else this.#variables.push({ name, value });
  }

  #find(name: string): Variable | undefined {
    return this.#variables.findLast((variable) => variable.name === name);
  }
}

function fieldOf(value: JsonValue, fields: readonly string[], line: number): JsonValue {
  let found = value;
  for (const field of fields) {
    if (found === null) return null;
    if (!isJsonObject(found)) fail(line, `can't evaluate field ${field} in ${goText(found)}, which is no object`);
    found = Object.hasOwn(found, field) ? (found[field] ?? null) : null;
  }
  return found;
}

function entriesOf(value: JsonValue, line: number): readonly (readonly [JsonValue, JsonValue])[] {
  if (value === null) return [];
  if (typeof value === "number") return Array.from({ length: Math.min(value, rangeMax) }, (_, index) => [index, index]);
  if (isJsonObject(value))
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key] ?? null]);
  return typeof value === "object"
    ? value.map((item, index) => [index, item])
    : fail(line, `range can't iterate over ${goText(value)}`);
}

/** Turns of a loop over a number. */
const rangeMax = 1_000_000;

function fail(line: number, why: string): never {
  throw new SporeError("SPORE_INVALID", `the go-template, line ${line}: ${why}`, {
    hint: "Look at the object with -o yaml.",
  });
}
