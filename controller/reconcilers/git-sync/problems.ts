import { type ErrorCode, isSporeError, type SporeError } from "../../base/errors.ts";
import type { Problem } from "../problem.ts";

/** What these errors mean for a GitSync. All others are for the controller's own back-off. */
const meanings: Partial<Record<ErrorCode, Pick<Problem, "reason" | "remedy">>> = {
  SPORE_GIT_MISSING: { reason: "GitMissing", remedy: "waits" },
  SPORE_GIT_FAILED: { reason: "FetchFailed", remedy: "waits" },
  SPORE_TIMEOUT: { reason: "TimedOut", remedy: "waits" },
  SPORE_NOT_FOUND: { reason: "ReferenceNotFound", remedy: "waits" },
  SPORE_FORBIDDEN: { reason: "Forbidden", remedy: "waits" },
  SPORE_TOO_LARGE: { reason: "TooLarge", remedy: "stalled" },
  SPORE_MANIFEST_INVALID: { reason: "InvalidManifest", remedy: "stalled" },
  SPORE_INVALID: { reason: "Refused", remedy: "stalled" },
  SPORE_BAD_REQUEST: { reason: "Refused", remedy: "stalled" },
  SPORE_PRUNE_REFUSED: { reason: "PruneRefused", remedy: "stalled" },
};

const causesMax = 10;

/** The problem that an error is; undefined where it says nothing about the repository, what it holds or what may be done with it. */
export function problemOf(error: unknown): Problem | undefined {
  if (!isSporeError(error)) return undefined;
  const meaning = meanings[error.code];
  return meaning && { ...meaning, message: wholeMessage(error) };
}

function wholeMessage({ message, details: { causes = [], hint } }: SporeError): string {
  const shown = causes.slice(0, causesMax).map((cause) => cause.message);
  const more = causes.length > causesMax ? [`and ${causes.length - causesMax} more`] : [];
  return [message, ...shown, ...more, ...(hint === undefined ? [] : [hint])].join("\n");
}
