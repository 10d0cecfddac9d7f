import { obeyedByTerminals, standIn } from "../../base/printable.ts";
import { colourCodes } from "./paint.ts";

const escapeCharacter = "\u001b";
const ownColours = `${escapeCharacter}\\[(?:0|${colourCodes.join("|")})m`;
const ownColour = new RegExp(ownColours, "gu");
const ownColourOrObeyed = new RegExp(`${ownColours}|[${obeyedByTerminals}]`, "gu");

/**
 * `text` on one line, without anything a terminal would obey except our own colours: what devices say of themselves could otherwise rewrite
 * the screen. Line breaks become spaces, what else would be obeyed U+FFFD.
 */
export function singleLine(text: string): string {
  return text.replace(ownColourOrObeyed, (found) => (found.length > 1 ? found : standIn(found)));
}

/** How many characters of `text` are seen. */
export function shownWidth(text: string): number {
  return text.replace(ownColour, "").length;
}
