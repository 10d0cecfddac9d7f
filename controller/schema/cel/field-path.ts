import { type JsonSchemaProps, memberSchema } from "../schema.ts";

/**
 * A rule's `fieldPath`, such as `.spec.labels['app/name']`, as Kubernetes writes field paths (`spec.labels[app/name]`); undefined where it is
 * malformed or the schema knows no such field.
 */
export function fieldPathText(path: string, schema: JsonSchemaProps): string | undefined {
  const step = /\.([^.[\]']+)|\['((?:[^'\\]|\\[abfnrtv'\\])*)'\]/y;
  let text = "";
  let at = schema;
  while (step.lastIndex < path.length) {
    const parts = step.exec(path);
    const name = parts?.[1] ?? (parts?.[2] === undefined ? undefined : unescaped(parts[2]));
    if (name === undefined) return undefined;
    const isNamed = at.properties !== undefined;
    const inner = memberSchema(at, name);
    if (inner === undefined || (isNamed && !Object.hasOwn(at.properties ?? {}, name))) return undefined;
    text += isNamed ? `${text === "" ? "" : "."}${name}` : `[${name}]`;
    at = inner;
  }
  return text;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ...([
    ["a", "\u0007"],
    ["b", "\b"],
    ["f", "\f"],
    ["n", "\n"],
    ["r", "\r"],
    ["t", "\t"],
    ["v", "\v"],
  ] as const),
]);

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_all, letter: string) => escapes.get(letter) ?? letter);
}
