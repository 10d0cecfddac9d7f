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
