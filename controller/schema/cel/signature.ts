import type { CelType, PlainKind } from "./cel-type.ts";

/** What a function takes and gives. */
export interface Signature {
  /** Whether it is called on its first parameter: `text.trim()` and not `trim(text)`. */
  readonly isMember: boolean;
  /** The target first, where there is one. */
  readonly params: readonly CelType[];
  readonly result: CelType;
}

const plainKinds: ReadonlyMap<string, PlainKind> = new Map(
  (
    ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "dyn", "null"] satisfies PlainKind[]
  ).map((kind) => [kind, kind]),
);

/**
 * Reads a signature such as `string.(int, int): string` (called on a string) or `(list<A>, A): bool`. A single capital letter is a type
 * parameter, any other name that the language does not have an opaque type. The texts are this program's own and well-formed.
 */
export function signature(text: string): Signature {
  const open = text.indexOf("(");
  const close = text.lastIndexOf("):");
  const target = text.slice(0, open).replace(/\.$/, "");
  const args = split(text.slice(open + 1, close));
  const params = [...(target === "" ? [] : [target]), ...args].map(typeNamed);
  return { isMember: target !== "", params, result: typeNamed(text.slice(close + 2).trim()) };
}

function typeNamed(text: string): CelType {
  const open = text.indexOf("<");
  const parts = open < 0 ? [] : split(text.slice(open + 1, -1)).map(typeNamed);
  const [first, second] = parts;
  const name = open < 0 ? text : text.slice(0, open);
  if (name === "list" && first) return { kind: "list", item: first };
  if (name === "optional" && first) return { kind: "optional", of: first };
  if (name === "type" && first) return { kind: "type", of: first };
  if (name === "map" && first && second) return { kind: "map", key: first, value: second };
  const plain = plainKinds.get(name);
  if (plain !== undefined) return { kind: plain };
  return /^[A-Z]$/.test(name) ? { kind: "param", name } : { kind: "opaque", name };
}

/** Parts between the commas that stand outside of angle brackets. */
function split(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if (character === "<") depth++;
    if (character === ">") depth--;
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += character;
  }
  return part.trim() === "" ? parts : [...parts, part.trim()];
}
