import type { Outcome } from "../../drivers/driver.ts";
import type { DesiredConfig } from "./config-drift.ts";

/** Shorter values are no secrets worth the name, and would be found in every sentence. */
const secretMinChars = 4;

/** What an action sends that few may read: the values that came from Secrets, and the token it is sent with. */
export function secretsOf(config: DesiredConfig | undefined, token: string | undefined): readonly string[] {
  const values = (config?.secretKeys ?? []).map((key) => config?.values[key]);
  return [...values, token].filter((value) => typeof value === "string");
}

/** `outcome` without the secrets: a device may repeat in its refusal what it was sent, and status and events are read by many. */
export function redacted<T extends Outcome>(outcome: T, secrets: readonly string[]): T {
  if (outcome.kind === "done") return outcome;
  const worthHiding = secrets.filter((secret) => secret.length >= secretMinChars);
  // The longest first, so that one which begins like another leaves no rest.
  const longestFirst = worthHiding.sort((a, b) => b.length - a.length);
  const message = longestFirst.reduce((text, secret) => text.replaceAll(secret, "***"), outcome.message);
  return { ...outcome, message };
}
