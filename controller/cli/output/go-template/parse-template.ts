import { PipeParser } from "./parse-pipe.ts";
import type { Body, Node, TemplateTree } from "./template-tree.ts";
import { type Piece, piecesOf, refuseTemplate } from "./tokens.ts";

/**
 * Reads a template of Go's `text/template`.
 *
 * @param functions the names that may be called.
 * @throws SporeError `SPORE_USAGE`, which names the line, for anything that cannot be run.
 */
export function parseTemplate(text: string, functions: ReadonlySet<string>): TemplateTree {
  const parser = new TemplateParser(piecesOf(text), functions);
  return { body: parser.whole(), named: parser.named };
}

type Ending = "end" | "else" | "eof";

class TemplateParser {
  readonly named = new Map<string, Body>();
  readonly #pieces: readonly Piece[];
  readonly #functions: ReadonlySet<string>;
  #at = 0;
  #loops = 0;
  /** Names that stand in scope, innermost last. */
  #variables: string[] = [""];
  /** What follows the `else` that ended a body. */
  #afterElse: PipeParser | undefined;

  constructor(pieces: readonly Piece[], functions: ReadonlySet<string>) {
    this.#pieces = pieces;
    this.#functions = functions;
  }

  whole(): Body {
    return this.#body("eof").nodes;
  }

  #body(until: "end" | "eof"): { nodes: Body; ending: Ending } {
    const nodes: Node[] = [];
    const depth = this.#variables.length;
    for (;;) {
      const piece = this.#pieces[this.#at++];
      if (!piece) {
        if (until === "end")
          refuseTemplate(this.#lastLine(), "unexpected EOF", "Each if, range and with needs {{end}}.");
        return { nodes, ending: "eof" };
      }
      if (piece.type === "text") {
        nodes.push(piece);
        continue;
      }
      const words = new PipeParser(piece.tokens, piece.line, this.#functions, this.#variables);
      const keyword = words.keyword();
      if (keyword === "end" || keyword === "else") {
        if (until === "eof") refuseTemplate(piece.line, `unexpected {{${keyword}}}`);
        if (keyword === "end") words.finish();
        this.#afterElse = words;
        this.#variables.length = depth;
        return { nodes, ending: keyword };
      }
      const node = this.#node(keyword, words, piece.line);
      if (node) nodes.push(node);
    }
  }

  #node(keyword: string | undefined, words: PipeParser, line: number): Node | undefined {
    switch (keyword) {
      case "if":
      case "with":
      case "range":
        return this.#block(keyword, words);
      case "define":
        this.named.set(words.string(), this.#apart());
        return undefined;
      case "block": {
        const name = words.string();
        const pipe = words.wholePipe();
        this.named.set(name, this.#apart());
        return { type: "template", name, pipe, line };
      }
      case "template": {
        const name = words.string();
        return { type: "template", name, pipe: words.isDone() ? undefined : words.wholePipe(), line };
      }
      case "break":
      case "continue":
        words.finish();
        if (this.#loops === 0) refuseTemplate(line, `{{${keyword}}} outside {{range}}`);
        return { type: keyword };
      default:
        return { type: "show", pipe: words.wholePipe() };
    }
  }

  #block(type: "if" | "with" | "range", words: PipeParser): Node {
    const depth = this.#variables.length;
    const pipe = words.wholePipe();
    if (type === "range") this.#loops += 1;
    const { nodes: body, ending } = this.#body("end");
    if (type === "range") this.#loops -= 1;
    const otherwise = ending === "else" ? this.#otherwise() : [];
    this.#variables.length = depth;
    return { type, pipe, body, otherwise };
  }

  /** Behind `{{else}}`, or `{{else if …}}`, which shares the `{{end}}` of what it is in. */
  #otherwise(): Body {
    const words = this.#afterElse;
    const keyword = words?.keyword();
    if (words && (keyword === "if" || keyword === "with")) return [this.#block(keyword, words)];
    words?.finish();
    const { nodes, ending } = this.#body("end");
    if (ending === "else") refuseTemplate(this.#lastLine(), "expected end; found {{else}}");
    return nodes;
  }

  /** A body that sees none of the variables around it. */
  #apart(): Body {
    const variables = this.#variables;
    this.#variables = [""];
    const { nodes } = this.#body("end");
    this.#variables = variables;
    return nodes;
  }

  #lastLine(): number {
    const actions = this.#pieces.slice(0, this.#at).filter((piece) => piece.type === "action");
    return actions.at(-1)?.line ?? 1;
  }
}
