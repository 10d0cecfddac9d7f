import type { Call, Expr, MapEntry } from "./ast.ts";
import { bool, bytes, type CelType, double, int, nothing, string } from "./cel-type.ts";
import type { Issue } from "./issues.ts";
import { type Token, tokensOf } from "./lexer.ts";
import { expandMacro } from "./macros.ts";

/** Longer expressions are refused, as Kubernetes does. */
const sourceMaxCharacters = 100_000;
/** Expressions nested more deeply than this are refused, so that no walk over one needs a bound of its own. */
const depthMax = 250;

const reserved: ReadonlySet<string> = new Set([
  ...["as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"],
  ...["namespace", "return", "var", "void", "while"],
]);
const keywords: ReadonlySet<string> = new Set(["true", "false", "null", "in"]);
const literalTypes: ReadonlyMap<string, CelType> = new Map([
  ["int", int],
  ["uint", { kind: "uint" }],
  ["double", double],
  ["string", string],
  ["bytes", bytes],
]);
const relations: ReadonlySet<string> = new Set(["<", "<=", ">=", ">", "==", "!=", "in"]);

/** Reads an expression, macros expanded; or says what is wrong with it. */
export function parse(source: string): Expr | readonly Issue[] {
  if (source.length > sourceMaxCharacters) {
    return [
      {
        at: 0,
        message: `expression code point size exceeds limit: size: ${source.length}, limit ${sourceMaxCharacters}`,
      },
    ];
  }
  const tokens = tokensOf(source);
  if ("message" in tokens) return [tokens];
  const parser = new Parser(tokens);
  const expr = parser.whole();
  return parser.issues.length > 0 ? parser.issues : expr;
}

/** Recursive descent over the grammar of the language definition. After the first syntax error every answer is a stand-in. */
class Parser {
  readonly issues: Issue[] = [];
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expr {
    const expr = this.#expr();
    if (this.#peek().kind !== "end") this.#unexpected("expecting <EOF>");
    return expr;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "<EOF>", at: 0 };
  }

  #isNext(text: string): boolean {
    const token = this.#peek();
    return token.kind !== "literal" && token.text === text && token.kind !== "end";
  }

  /** Takes the next token when it is `text`. */
  #take(text: string): Token | undefined {
    if (!this.#isNext(text)) return undefined;
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected(`expecting '${text}'`);
  }

  /** Notes a syntax error and skips to the end, so that parsing stops. */
  #unexpected(expected: string): Expr {
    const { text, at } = this.#peek();
    if (this.issues.length === 0) {
      this.issues.push({ at, message: `Syntax error: mismatched input '${text}' ${expected}` });
    }
    this.#next = this.#tokens.length - 1;
    return { kind: "literal", at, value: null, type: nothing };
  }

  #expr(): Expr {
    if (++this.#depth > depthMax) {
      this.issues.push({ at: this.#peek().at, message: `expression recursion limit exceeded: ${depthMax}` });
      this.#next = this.#tokens.length - 1;
    }
    const condition = this.#logical("||", "_||_", () => this.#logical("&&", "_&&_", () => this.#relation()));
    const mark = this.#take("?");
    let expr = condition;
    if (mark) {
      const chosen = this.#logical("||", "_||_", () => this.#logical("&&", "_&&_", () => this.#relation()));
      this.#expect(":");
      expr = call(mark.at, "_?_:_", [condition, chosen, this.#expr()]);
    }
    this.#depth--;
    return expr;
  }

  /** A chain of one logical operator, as a balanced tree: however long it is, it does not nest deeply. */
  #logical(operator: string, name: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const places: number[] = [];
    for (let mark = this.#take(operator); mark; mark = this.#take(operator)) {
      places.push(mark.at);
      terms.push(operand());
    }
    return balanced(name, terms, places);
  }

  #relation(): Expr {
    let left = this.#sum();
    for (let levels = 0; relations.has(this.#peek().text) && this.#peek().kind !== "literal"; ) {
      const { text, at } = this.#peek();
      this.#next++;
      left = call(at, text === "in" ? "@in" : `_${text}_`, [left, this.#sum()]);
      if (++levels > depthMax) return this.#tooDeep(at);
    }
    return left;
  }

  #sum(): Expr {
    return this.#chain(["+", "-"], () => this.#chain(["*", "/", "%"], () => this.#unary()));
  }

  #chain(texts: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    for (let levels = 0; texts.some((text) => this.#isNext(text)); ) {
      const { text, at } = this.#peek();
      this.#next++;
      left = call(at, `_${text}_`, [left, operand()]);
      if (++levels > depthMax) return this.#tooDeep(at);
    }
    return left;
  }

  #tooDeep(at: number): Expr {
    this.issues.push({ at, message: `expression recursion limit exceeded: ${depthMax}` });
    return this.#unexpected("");
  }

  #unary(): Expr {
    const { text, at } = this.#peek();
    if (this.#isNext("!")) {
      const count = this.#repeats("!");
      const operand = this.#member();
      return count % 2 === 0 ? operand : call(at, "!_", [operand]);
    }
    if (!this.#isNext("-")) return this.#member();
    const number = this.#tokens[this.#next + 1];
    if (number?.kind === "literal" && (number.type === "int" || number.type === "double")) {
      this.#next += 2;
      const type = literalTypes.get(number.type) ?? int;
      const value = typeof number.value === "bigint" ? -number.value : -Number(number.value);
      return this.#postfix({ kind: "literal", at, value, type });
    }
    const count = this.#repeats(text);
    const operand = this.#member();
    return count % 2 === 0 ? operand : call(at, "-_", [operand]);
  }

  #repeats(text: string): number {
    let count = 0;
    while (this.#take(text)) count++;
    return count;
  }

  #member(): Expr {
    return this.#postfix(this.#primary());
  }

  /** Selections, calls and indexes that follow an expression. */
  #postfix(first: Expr): Expr {
    let expr = first;
    for (let levels = 0; ; ) {
      const dot = this.#take(".");
      const bracket = dot ? undefined : this.#take("[");
      if (dot) expr = this.#selection(expr, dot.at);
      else if (bracket) {
        const name = this.#take("?") ? "_[?_]" : "_[_]";
        expr = call(bracket.at, name, [expr, this.#expr()]);
        this.#expect("]");
      } else return expr;
      if (++levels > depthMax) return this.#tooDeep(first.at);
    }
  }

  #selection(operand: Expr, at: number): Expr {
    const isOptional = this.#take("?") !== undefined;
    const token = this.#peek();
    if (token.kind !== "name" || keywords.has(token.text)) return this.#unexpected("expecting IDENTIFIER");
    this.#next++;
    const open = this.#peek();
    if (isOptional) {
      const field: Expr = { kind: "literal", at: token.at, value: token.text, type: string };
      return call(at, "_?._", [operand, field]);
    }
    if (!this.#take("(")) return { kind: "select", at, operand, field: token.text, isTest: false };
    return this.#called({ kind: "call", at: open.at, name: token.text, target: operand, args: this.#list(")") });
  }

  #primary(): Expr {
    const token = this.#peek();
    if (token.kind === "literal") return this.#literal();
    if (this.#take("(")) {
      const expr = this.#expr();
      this.#expect(")");
      return expr;
    }
    if (this.#take("[")) return this.#listLiteral(token.at);
    if (this.#take("{")) return this.#mapLiteral(token.at);
    this.#take("."); // the root of all names, which is where rules are anyway
    return this.#named();
  }

  #literal(): Expr {
    const token = this.#peek();
    if (token.kind !== "literal") return this.#unexpected("expecting a literal");
    this.#next++;
    if (typeof token.value === "bigint" && token.value >= 2n ** 63n) {
      this.issues.push({ at: token.at, message: "invalid int literal" });
    }
    return { kind: "literal", at: token.at, value: token.value, type: literalTypes.get(token.type) ?? string };
  }

  #named(): Expr {
    const token = this.#peek();
    if (token.kind !== "name" || token.text === "in") {
      return this.#unexpected(
        "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      );
    }
    this.#next++;
    const { text, at } = token;
    if (text === "true" || text === "false") return { kind: "literal", at, value: text === "true", type: bool };
    if (text === "null") return { kind: "literal", at, value: null, type: nothing };
    if (reserved.has(text)) this.issues.push({ at, message: `reserved identifier: ${text}` });
    const open = this.#peek();
    if (this.#take("(")) return this.#called({ kind: "call", at: open.at, name: text, args: this.#list(")") });
    if (this.#isNext("{")) return this.#struct(text, open.at);
    return { kind: "ident", at, name: text };
  }

  #struct(name: string, at: number): Expr {
    this.#expect("{");
    while (this.#peek().kind === "name") {
      this.#next++;
      this.#expect(":");
      this.#expr();
      if (!this.#take(",")) break;
    }
    this.#expect("}");
    return { kind: "struct", at, name };
  }

  #called(made: Call): Expr {
    const expanded = expandMacro(made);
    if (expanded === undefined) return made;
    if (!("message" in expanded)) return expanded;
    this.issues.push(expanded);
    return made;
  }

  /** Expressions between commas, up to and with the closing token. */
  #list(close: string): readonly Expr[] {
    const args: Expr[] = [];
    if (this.#take(close)) return args;
    do args.push(this.#expr());
    while (this.#take(","));
    this.#expect(close);
    return args;
  }

  #listLiteral(at: number): Expr {
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (!this.#isNext("]") && this.#peek().kind !== "end") {
      if (this.#take("?")) optional.add(elements.length);
      elements.push(this.#expr());
      if (!this.#take(",")) break;
    }
    this.#expect("]");
    return { kind: "list", at, elements, optional };
  }

  #mapLiteral(at: number): Expr {
    const entries: MapEntry[] = [];
    while (!this.#isNext("}") && this.#peek().kind !== "end") {
      const isOptional = this.#take("?") !== undefined;
      const key = this.#expr();
      this.#expect(":");
      entries.push({ key, value: this.#expr(), isOptional });
      if (!this.#take(",")) break;
    }
    this.#expect("}");
    return { kind: "map", at, entries };
  }
}

function call(at: number, name: string, args: readonly Expr[]): Expr {
  return { kind: "call", at, name, args };
}

function balanced(name: string, terms: readonly Expr[], places: readonly number[]): Expr {
  const middle = terms.length >> 1;
  const [only] = terms;
  if (terms.length === 1 && only) return only;
  const left = balanced(name, terms.slice(0, middle), places.slice(0, middle - 1));
  const right = balanced(name, terms.slice(middle), places.slice(middle));
  return call(places[middle - 1] ?? 0, name, [left, right]);
}
