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

/** How many columns of a terminal `text` takes: East Asian letters and emoji take two, marks on top of others none. */
export function shownWidth(text: string): number {
  const plain = text.replace(ownColour, "");
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain)
    width += /^\p{Mn}|^\p{Me}|^\u200d|^\ufe0f/u.test(character) ? 0 : isWide(character) ? 2 : 1;
  return width;
}

/** Unicode's East Asian Width: the blocks that are wide as a whole. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return wideBlocks.some(([first, last]) => code >= first && code <= last);
}
