/**
 * `spec.ports[0].name` and `metadata.labels[a/b]` as the keys and indexes to walk. Unbalanced text is one key.
 */
export function parseFieldPath(text: string): readonly (string | number)[] {
  const parts = [...text.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)];
  return parts.map(([, bracketed, plain]) => {
    const part = bracketed ?? plain ?? "";
    return bracketed !== undefined && /^\d+$/.test(part) ? Number(part) : part;
  });
}

/** The inverse: how a person writes those keys and indexes. */
export function fieldPathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number" || /[^\w-]/.test(part)) return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}
