import type { Screen } from "../io.ts";

const colours = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90, bold: 1 } as const;

/** Every code that `paint` puts out, but the one that ends a colour. */
export const colourCodes: readonly number[] = Object.values(colours);

/** `text` in a colour where a person looks, plain elsewhere. */
export function paint(screen: Screen, colour: keyof typeof colours, text: string): string {
  return (screen.colours ?? screen.isTerminal) ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
}
