import type { SporeError } from "../../base/errors.ts";
import { printableLines } from "../../base/printable.ts";
import type { Screen } from "../io.ts";
import { paint } from "./paint.ts";

/** What people are shown of an error: a line that says what, one for each further cause, and a hint where there is one. */
export function errorText({ message, details }: SporeError, screen: Screen): string {
  // A message may quote a device, or a server that is not the one meant.
  const lines = [`${paint(screen, "red", "error:")} ${printableLines(message)}`];
  for (const { field, message: cause } of details.causes ?? []) {
    if (message.includes(cause)) continue; // Kubernetes puts the causes into the message as well
    lines.push(`  ${printableLines(field === undefined ? cause : `${field}: ${cause}`)}`);
  }
  if (details.hint !== undefined) lines.push(`${paint(screen, "cyan", "hint:")} ${details.hint}`);
  return `${lines.join("\n")}\n`;
}
