import type { JsonValue } from "../../base/json.ts";
import type { Observation } from "../../drivers/driver.ts";
import { unmasked } from "./config-drift.ts";
import { configHash, tokenKey } from "./config-hash.ts";

/** Configurations that a device may hold, the likeliest first: the one it was last given, then the one it should have. */
export type TokenSources = readonly Readonly<Record<string, JsonValue>>[];

/**
 * The token to show to a device: none where it asks for none, so that the secret never travels without need; else the one by which the
 * device's hash can be explained; else the likeliest.
 *
 * @param avoid tokens that this device has refused since it last changed; taken only when there is no other.
 */
export function tokenFor(
  observation: Observation,
  sources: TokenSources,
  avoid: ReadonlySet<string>,
): string | undefined {
  if (observation.needsToken !== true) return undefined;
  const { config } = observation;
  const tokens = [...new Set(sources.map(tokenOf).filter((token) => token !== undefined))];
  const proved = tokens.find((token) =>
    sources.some((values) => {
      const clear = config?.kind === "values" ? unmasked(values, config) : undefined;
      return clear && config?.kind === "values" && configHash(clear, token) === config.hash;
    }),
  );
  return proved ?? tokens.find((token) => !avoid.has(token)) ?? tokens[0];
}

function tokenOf(values: Readonly<Record<string, JsonValue>>): string | undefined {
  const token = values[tokenKey];
  return typeof token === "string" && token !== "" ? token : undefined;
}
