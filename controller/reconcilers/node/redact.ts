import type { Outcome } from "../../drivers/driver.ts";
import type { DesiredConfig } from "./config-drift.ts";

/** Shorter values are no secrets worth the name, and would be found in every sentence. */
const secretMinChars = 4;

/** `outcome` without the values that came from Secrets: a device may repeat in its refusal what it was sent, and events are read by many. */
export function redacted<T extends Outcome>(outcome: T, config: DesiredConfig | undefined): T {
  if (outcome.kind === "done" || !config) return outcome;
  const secrets = config.secretKeys
    .map((key) => config.values[key])
    .filter((value) => typeof value === "string" && value.length >= secretMinChars);
  // The longest first, so that one which begins like another leaves no rest.
  const longestFirst = secrets.map(String).sort((a, b) => b.length - a.length);
  const message = longestFirst.reduce((text, secret) => text.replaceAll(secret, "***"), outcome.message);
  return { ...outcome, message };
}
