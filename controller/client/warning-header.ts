/** The texts of a `Warning` header (RFC 7234 §5.5): `299 - "text", 299 - "another"`, with `\"` and `\\` inside the quotes. */
export function parseWarnings(header: string): readonly string[] {
  return [...header.matchAll(warning)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}

const warning = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;
