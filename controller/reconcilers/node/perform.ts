import type { Action, Outcome, Progress, Target } from "../../drivers/driver.ts";
import { redacted, secretsOf } from "./redact.ts";
import type { NodeWork } from "./work.ts";

/** The one place from which anything is written to a device. What the device answers comes back without the secrets that it was sent. */
export async function performOn(
  { driver, desired }: Pick<NodeWork, "driver" | "desired">,
  target: Target,
  action: Action,
  signal: AbortSignal,
  report: Progress = () => {},
): Promise<Outcome> {
  const outcome = await driver.perform(target, action, report, signal);
  return redacted(outcome, secretsOf(desired.config, target.token));
}
