import type { Command, Operand, Pipe } from "./template-tree.ts";
import { refuseTemplate, type Token } from "./tokens.ts";

const keywords = new Set(["if", "with", "range", "else", "end", "define", "block", "template", "break", "continue"]);

/** Reads the words of one action. */
export class PipeParser {
  readonly #tokens: readonly Token[];
  readonly #line: number;
  readonly #functions: ReadonlySet<string>;
  /** Names in scope; what is declared here is added. */
  readonly #variables: string[];
  #at = 0;

  constructor(tokens: readonly Token[], line: number, functions: ReadonlySet<string>, variables: string[]) {
    this.#tokens = tokens;
    this.#line = line;
    this.#functions = functions;
    this.#variables = variables;
  }

  /** The keyword that comes next, taken; undefined when another word does. */
  keyword(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type !== "name" || !keywords.has(token.text)) return undefined;
    this.#at += 1;
    return token.text;
  }

  /** A quoted name. */
  string(): string {
    const token = this.#tokens[this.#at++];
    return token?.type === "string" ? token.text : refuseTemplate(this.#line, "a template's name stands in quotes");
  }

  isDone(): boolean {
    return this.#at >= this.#tokens.length;
  }

  finish(): void {
    const token = this.#tokens[this.#at];
    if (token) refuseTemplate(this.#line, `unexpected ${JSON.stringify(token.text)}`);
  }

  wholePipe(): Pipe {
    const pipe = this.#pipe();
    this.finish();
    return pipe;
  }

  #pipe(): Pipe {
    const { variables, declares } = this.#declaration();
    const commands: Command[] = [];
    do commands.push(this.#command());
    while (this.#takes("|"));
    const [, ...piped] = commands;
    if (piped.some(([first]) => first?.type === "literal")) refuseTemplate(this.#line, "a value takes nothing from |");
    if (declares) this.#variables.push(...variables);
    return { variables, declares, commands, line: this.#line };
  }

  #declaration(): Pick<Pipe, "variables" | "declares"> {
    const from = this.#at;
    const variables: string[] = [];
    do {
      const token = this.#tokens[this.#at];
      if (token?.type !== "variable") break;
      variables.push(token.text);
      this.#at += 1;
    } while (this.#takes(","));
    const sign = this.#takes(":=") ? ":=" : this.#takes("=") ? "=" : undefined;
    if (variables.length > 0 && sign !== undefined) {
      if (sign === "=") for (const name of variables) this.#mustKnow(name);
      return { variables, declares: sign === ":=" };
    }
    this.#at = from;
    return { variables: [], declares: true };
  }

  #command(): Command {
    const operands: Operand[] = [];
    for (;;) {
      const operand = this.#operand();
      if (!operand) break;
      operands.push(operand);
    }
    if (operands.length === 0) refuseTemplate(this.#line, "missing value for command");
    return operands;
  }

  #operand(): Operand | undefined {
    const token = this.#tokens[this.#at];
    if (!token) return undefined;
    this.#at += 1;
    switch (token.type) {
      case "string":
        return { type: "literal", value: token.text };
      case "number":
        return { type: "literal", value: Number(token.text.replace(/^\+/, "")) };
      case "field":
        return { type: "dot", fields: [token.text, ...this.#fields()] };
      case "variable":
        this.#mustKnow(token.text);
        return { type: "variable", name: token.text, fields: this.#fields() };
      case "name":
        return this.#named(token.text);
      case "mark":
        return this.#marked(token.text);
    }
  }

  #named(name: string): Operand {
    if (name === "true" || name === "false") return { type: "literal", value: name === "true" };
    if (name === "nil") return { type: "literal", value: null };
    if (this.#functions.has(name)) return { type: "function", name };
    const known = [...this.#functions].sort().join(", ");
    return refuseTemplate(this.#line, `function "${name}" not defined`, `There are ${known}.`);
  }

  #marked(mark: string): Operand | undefined {
    if (mark === ".") return { type: "dot", fields: [] };
    if (mark === "(") {
      const pipe = this.#pipe();
      if (!this.#takes(")")) refuseTemplate(this.#line, "unclosed left paren");
      return { type: "pipe", pipe, fields: this.#fields() };
    }
    this.#at -= 1; // for whoever called
    return undefined;
  }

  /** The names that follow without a space. */
  #fields(): readonly string[] {
    const fields: string[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.type !== "field" || token.isApart) return fields;
      fields.push(token.text);
      this.#at += 1;
    }
  }

  #takes(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== "mark" || token.text !== mark) return false;
    this.#at += 1;
    return true;
  }

  #mustKnow(name: string): void {
    if (!this.#variables.includes(name)) refuseTemplate(this.#line, `undefined variable "$${name}"`);
  }
}
