import { SporeError } from "../../base/errors.ts";
import type { Io } from "../io.ts";

/**
 * Asks, where a person looks on, before something that is hard to undo. Scripts are not asked: they mean what they say.
 *
 * @throws SporeError `SPORE_USAGE` when the answer is not yes.
 */
export async function confirm(question: string, io: Io): Promise<void> {
  if (!io.err.isTerminal) return;
  io.err.write(`${question} [y/N] `);
  if (/^y(es)?$/i.test((await firstLine(io.input)).trim())) return;
  throw new SporeError("SPORE_USAGE", "nothing was changed", { hint: "answer y, or say --yes beforehand" });
}

async function firstLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of input) {
    text += Buffer.from(chunk).toString("utf8");
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}
