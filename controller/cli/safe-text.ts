import { colourCodes } from "./paint.ts";

const escapeCharacter = "\u001b";
const ownColours = `${escapeCharacter}\\[(?:0|${colourCodes.join("|")})m`;
const ownColour = new RegExp(ownColours, "gu");
const ownColourOrControl = new RegExp(`${ownColours}|\\p{Cc}`, "gu");

/**
 * `text` on one line, without anything a terminal would obey except our own colours: what devices say of themselves could otherwise rewrite
 * the screen. Line breaks become spaces, other control characters U+FFFD.
 */
export function singleLine(text: string): string {
  return text.replace(ownColourOrControl, (found) => {
    if (found.length > 1) return found;
    return found === "\n" || found === "\r" || found === "\t" ? " " : "\ufffd";
  });
}

/** How many characters of `text` are seen. */
export function shownWidth(text: string): number {
  return text.replace(ownColour, "").length;
}
