import { Deadline } from "../../base/deadline.ts";
import { eachUntilAborted } from "../../base/each-until-aborted.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { ParsedTexts } from "../../manifests/parse-yaml.ts";
import { parseStream } from "../../manifests/read-tree.ts";
import type { Io } from "../io.ts";

const fetchWithinMs = 30_000;

/**
 * The text behind an https address, no larger than a manifest file may be.
 *
 * @throws SporeError `SPORE_USAGE` for http, by which anybody on the way could say what is applied; `SPORE_MANIFEST_INVALID` when the text cannot be had.
 */
export async function readUrl(address: string, io: Io): Promise<ParsedTexts> {
  if (!address.startsWith("https://")) {
    throw new SporeError("SPORE_USAGE", `${address}: only https:// addresses are read`, {
      hint: "fetch the file by other means, look at it, and apply that",
    });
  }
  using deadline = new Deadline(io.clock, io.signal, fetchWithinMs, `GET ${address}`);
  try {
    const answer = await fetch(address, { signal: deadline.signal, headers: { accept: "application/yaml, */*" } });
    const isSafe = answer.url.startsWith("https://");
    if (!answer.ok || !answer.body || !isSafe) {
      throw new SporeError(
        "SPORE_MANIFEST_INVALID",
        isSafe ? `${address} answered ${answer.status}` : `${address} leads to ${answer.url}, which is not https`,
      );
    }
    return await parseStream(eachUntilAborted(answer.body, deadline.signal), address);
  } catch (error) {
    deadline.abort(error); // frees what an unread body holds
    if (isSporeError(error)) throw error;
    io.signal.throwIfAborted();
    const { cause = error } = error as { readonly cause?: unknown };
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SporeError("SPORE_MANIFEST_INVALID", `${address} cannot be read: ${why}`, {}, { cause: error });
  }
}
