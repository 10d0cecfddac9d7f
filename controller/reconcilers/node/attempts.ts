import type { NodeStatusFailedAttempts } from "../../api/node.ts";
import { firmwareAttemptsMax } from "../../base/limits.ts";

/** `failedAttempts` after one more failure with this image. */
export function withFailure(
  before: NodeStatusFailedAttempts | undefined,
  digest: string,
  reason: string,
): NodeStatusFailedAttempts {
  return { digest, count: before?.digest === digest ? before.count + 1 : 1, reason };
}

/** Whether the node gave up on this image: tried often enough, or with an answer that another try cannot change. */
export function isExhausted(attempts: NodeStatusFailedAttempts | undefined, digest: string): boolean {
  if (attempts?.digest !== digest) return false;
  return attempts.count >= firmwareAttemptsMax || finalReasons.has(attempts.reason);
}

/** Whether an end says something about image and device, and not only about the moment. */
export function countsAsAttempt(reason: string): boolean {
  return !passingReasons.has(reason);
}

/** The code crashes, or the device judged the image itself: the same image would meet the same end. */
const finalReasons = new Set([
  "BadRequest",
  "CrashLoop",
  "InvalidImage",
  "InvalidSignature",
  "NotSupported",
  "TooLarge",
  "WrongFlashSize",
]);

/** The refusal of an action because another device was met, which the one that was meant knows nothing of. */
export function metSomebodyElse(reason: string): boolean {
  return reason === "IdentityMismatch";
}

/** Nothing reached the device's flash. */
const passingReasons = new Set([
  "Aborted",
  "Busy",
  "IdentityMismatch",
  "Overloaded",
  "StaleFence",
  "Unauthorized",
  "Unreachable",
]);
