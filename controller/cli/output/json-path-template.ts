import { SporeError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import { type JsonPath, jsonPath } from "../../schema/json-path.ts";
import { goJson } from "./go-json.ts";
import { goNumber } from "./go-number.ts";
import { unquoted } from "./go-template/tokens.ts";

type Part =
  | { readonly type: "values"; readonly find: JsonPath }
  | { readonly type: "range"; readonly find: JsonPath; readonly body: readonly Part[] };

/** What of a template was found: text, and the values of paths. */
type Found = readonly (readonly JsonValue[])[];

/**
 * Compiles a JSONPath template as `-o jsonpath` of kubectl takes it: text, paths in braces, quoted text in braces, and
 * `{range PATH}…{end}`.
 *
 * @returns what it finds, part by part; that throws SporeError `SPORE_INVALID` where path and object do not fit.
 * @throws SporeError `SPORE_USAGE` when it is malformed.
 */
export function jsonPathTemplate(template: string): (root: JsonValue) => Found {
  const pieces = piecesOf(template);
  const { parts, rest } = partsOf(pieces, template, 0);
  if (rest.length > 0) throw malformed(template, "not in range, nothing to end");
  return (root) => foundBy(parts, root);
}

/** As text: values of a path with spaces between, objects and lists as JSON on one line. */
export function foundText(found: Found): string {
  return found.map((values) => values.map(valueText).join(" ")).join("");
}

/** As JSON: a list for each part. */
export function foundJson(found: Found): string {
  return found.map((values) => `${goJson(values, "    ")}\n`).join("");
}

function valueText(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return goNumber(value);
  return goJson(value);
}

function foundBy(parts: readonly Part[], root: JsonValue): Found {
  return parts.flatMap((part) => {
    const values = part.find(root);
    return part.type === "values" ? [values] : values.flatMap((value) => foundBy(part.body, value));
  });
}

interface Piece {
  readonly isAction: boolean;
  readonly text: string;
}

function piecesOf(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const pattern = /([^{]+)|\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'{}])*)\}/y;
  for (let at = 0; at < template.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(template);
    if (!found) throw malformed(template, "unclosed action");
    const [, text, action = ""] = found;
    pieces.push(text === undefined ? { isAction: true, text: action.trim() } : { isAction: false, text });
  }
  return pieces;
}

function partsOf(pieces: readonly Piece[], template: string, depth: number): { parts: Part[]; rest: readonly Piece[] } {
  const parts: Part[] = [];
  let rest = pieces;
  for (;;) {
    const [piece, ...others] = rest;
    if (!piece) return { parts, rest: [] };
    if (piece.isAction && piece.text === "end") return { parts, rest: depth > 0 ? others : rest };
    rest = others;
    const loop = piece.isAction ? /^range(?=[\s.[$@])\s*(.*)$/s.exec(piece.text) : null;
    if (loop) {
      const inner = partsOf(rest, template, depth + 1);
      parts.push({ type: "range", find: pathOf(loop[1] ?? "", template), body: inner.parts });
      rest = inner.rest;
    } else {
      parts.push({ type: "values", find: piece.isAction ? pathOf(piece.text, template) : () => [piece.text] });
    }
  }
}

function pathOf(action: string, template: string): JsonPath {
  const text = /^"(.*)"$|^'(.*)'$/s.exec(action);
  if (text) return () => [unquoted(text[1] ?? text[2] ?? "")];
  if (/^\w/.test(action)) throw malformed(template, `unrecognized identifier ${action}`);
  try {
    return jsonPath(action, (why) => {
      throw new SporeError("SPORE_INVALID", `the JSONPath ${template}: ${why}`, {
        hint: "Look at the object with -o yaml.",
      });
    });
  } catch (error) {
    throw new SporeError("SPORE_USAGE", error instanceof Error ? error.message : String(error), { hint });
  }
}

const hint = 'Write paths such as {.metadata.name} or {range .items[*]}{.metadata.name}{"\\n"}{end}.';

function malformed(template: string, why: string): SporeError {
  return new SporeError("SPORE_USAGE", `the JSONPath template ${template}: ${why}`, { hint });
}
