import { canonicalJson, type JsonValue } from "../../base/json.ts";
import type { ObservedConfig } from "../../drivers/driver.ts";
import { configHash, tokenKey } from "./config-hash.ts";

/** The configuration that a revision asks for. */
export interface DesiredConfig {
  readonly values: Readonly<Record<string, JsonValue>>;
  /** The keys whose values came from a Secret. */
  readonly secretKeys: readonly string[];
  /** SHA-256 of the canonical values: what the Node's status remembers after a push. */
  readonly hash: string;
  /** Whether values from Secrets may go to a device without a token. */
  readonly secretsInClear: boolean;
}

/** What else is known about the device's configuration. */
export interface ConfigKnowledge {
  /** `status.config.hash`: the desired hash that was last seen to be, or pushed to be, on the device. */
  readonly recordedHash?: string;
  /** The device's own hash when that was last so. Absent when this process has not seen that. */
  readonly baselineHash?: string;
  /** Whether the device demands a token; absent where it does not say, as upstream devices. */
  readonly needsToken?: boolean;
  /** The token that the device is believed to have. */
  readonly token?: string;
}

/** Whether the device holds what it should. */
export type ConfigDrift =
  | { readonly kind: "notWanted" | "notSupported" | "unknown" }
  | { readonly kind: "current"; readonly source: "Reported" | "Recorded" }
  /** `push` is missing or wrong; so are the `withheld` keys, which come from Secrets and may not go to this device in clear. */
  | {
      readonly kind: "drifted";
      readonly push: Readonly<Record<string, JsonValue>>;
      readonly withheld: readonly string[];
    }
  /** Nothing is missing but such keys. */
  | { readonly kind: "withheld"; readonly keys: readonly string[] };

/**
 * Compares what a device should hold with what it shows. Only the desired keys matter; others are left alone.
 *
 * What the device masks it may prove by its keyed hash, which is recomputed from what it shows and the masked values it should have. Where that
 * cannot be done (no token, or it masks a value that we do not know, such as a WiFi password) the masked keys count as `Recorded`: pushed
 * once, and again whenever the device's hash moves.
 */
export function compareConfig(
  desired: DesiredConfig | undefined,
  observed: ObservedConfig | undefined,
  knowledge: ConfigKnowledge,
): ConfigDrift {
  if (!desired || Object.keys(desired.values).length === 0) return { kind: "notWanted" };
  if (!observed) return { kind: "unknown" };
  if (observed.kind === "notSupported") return { kind: "notSupported" };
  const hidden = Object.keys(desired.values).filter((key) => isHidden(key, observed));
  const shown = Object.keys(desired.values).filter((key) => !hidden.includes(key));
  const wrong = shown.filter((key) => !sameValue(observed.values[key], desired.values[key]));
  const proof = hidden.length === 0 ? "proved" : proveHidden(desired, observed, knowledge);
  const missing = proof === "wrong" ? [...wrong, ...hidden] : wrong;
  if (missing.length === 0) return { kind: "current", source: proof === "proved" ? "Reported" : "Recorded" };
  return drift(desired, missing, knowledge);
}

/** The values of `observed` that the device would hash when its masked keys held the desired values; undefined when one is not known. */
export function unmasked(
  values: Readonly<Record<string, JsonValue>>,
  observed: Extract<ObservedConfig, { kind: "values" }>,
): Readonly<Record<string, JsonValue>> | undefined {
  const clear: Record<string, JsonValue> = { ...observed.values };
  for (const key of observed.masked) {
    const value = values[key];
    if (key === tokenKey) continue;
    if (value === undefined) return undefined;
    clear[key] = value;
  }
  return clear;
}

function isHidden(key: string, observed: Extract<ObservedConfig, { kind: "values" }>): boolean {
  return observed.masked.includes(key) || (key === tokenKey && observed.values[key] === undefined);
}

/** `assumed`: nothing speaks against the record. */
function proveHidden(
  desired: DesiredConfig,
  observed: Extract<ObservedConfig, { kind: "values" }>,
  knowledge: ConfigKnowledge,
): "proved" | "assumed" | "wrong" {
  const wantedToken = desired.values[tokenKey];
  if (wantedToken !== undefined && wantedToken !== "" && knowledge.needsToken === false) return "wrong";
  const token = typeof wantedToken === "string" ? wantedToken : knowledge.token;
  const clear = unmasked(desired.values, observed);
  if (knowledge.needsToken === true && token !== undefined && clear && observed.hash !== undefined) {
    return configHash(clear, token) === observed.hash ? "proved" : "wrong";
  }
  const moved = knowledge.baselineHash !== undefined && knowledge.baselineHash !== observed.hash;
  return knowledge.recordedHash === desired.hash && !moved ? "assumed" : "wrong";
}

function drift(desired: DesiredConfig, missing: readonly string[], knowledge: ConfigKnowledge): ConfigDrift {
  const inClear = desired.secretsInClear || knowledge.needsToken === true;
  const withheld = missing.filter((key) => !inClear && desired.secretKeys.includes(key)).sort();
  const keys = missing.filter((key) => !withheld.includes(key)).sort();
  if (keys.length === 0) return { kind: "withheld", keys: withheld };
  const push = Object.entries(desired.values).filter(([key]) => keys.includes(key));
  return { kind: "drifted", push: Object.fromEntries(push), withheld };
}

/** Some devices hold every value as a string, so a scalar equals its own text. */
function sameValue(observed: JsonValue | undefined, desired: JsonValue | undefined): boolean {
  if (observed === undefined || desired === undefined) return false;
  if (isScalar(observed) && isScalar(desired)) return String(observed) === String(desired);
  return canonicalJson(observed) === canonicalJson(desired);
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
