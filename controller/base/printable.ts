/**
 * What a terminal obeys instead of showing it: control characters, those of 8 bits included, other ends of lines, and the marks that turn the
 * direction of writing around, by which a text shows as another than it is. The inside of a character class.
 */
export const obeyedByTerminals = "\\p{Cc}\\p{Zl}\\p{Zp}\\p{Bidi_Control}";

const obeyed = new RegExp(`[${obeyedByTerminals}]`, "gu");
const obeyedWithinLines = new RegExp(`(?!\\n)[${obeyedByTerminals}]`, "gu");

/** `text` on one line, fit for a terminal: line breaks and tabs become spaces, what else a terminal would obey becomes U+FFFD. */
export function printableLine(text: string): string {
  return text.replace(obeyed, standIn);
}

/** The same for text whose line breaks (`\n`) stay. */
export function printableLines(text: string): string {
  return text.replace(obeyedWithinLines, standIn);
}

/**
 * A JSON or YAML document that says the same without DEL and the 8-bit control characters, which `JSON.stringify` leaves as they are. It is right
 * for YAML because its writer puts every string that holds one into double quotes.
 */
export function printableDocument(document: string): string {
  return document.replace(/[\u007f-\u009f]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What is shown for one character that a terminal would obey. */
export function standIn(found: string): string {
  return found === "\n" || found === "\r" || found === "\t" ? " " : "\ufffd";
}
