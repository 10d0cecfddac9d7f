import type { JsonValue } from "../../base/json.ts";

/** What a body is, by its looks: upstream nodes do not always say. */
export type Body =
  | { readonly kind: "json"; readonly value: JsonValue }
  /** Plain text, or nothing. */
  | { readonly kind: "text"; readonly text: string }
  /** Begins as JSON and does not end so: a node that ran out of memory. */
  | { readonly kind: "broken" };

/** Reads the body of an answer; never throws. */
export function readBody(bytes: Uint8Array): Body {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").trim();
  if (!text.startsWith("{") && !text.startsWith("[")) return { kind: "text", text };
  try {
    const value: JsonValue = JSON.parse(text);
    return { kind: "json", value };
  } catch {
    return { kind: "broken" };
  }
}
