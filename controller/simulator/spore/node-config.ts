import { createHmac } from "node:crypto";
import { canonicalJson, type JsonObject, type JsonValue } from "../../base/json.ts";

/** The configuration of one node, without labels. */
export type ConfigValues = Readonly<Record<string, string | number>>;

interface ConfigKey {
  readonly preset: string | number;
  readonly min?: number;
  readonly max?: number;
  /** Masked where it is shown. */
  readonly secret?: true;
  /** Takes effect at the next start. */
  readonly atRestart?: true;
}

const interval = { min: 100, max: 3_600_000 } as const;

/** Keys of the SPORE node, and at the end those that the application registered. */
const configKeys: Readonly<Record<string, ConfigKey>> = {
  wifi_ssid: { preset: "", atRestart: true },
  wifi_password: { preset: "", secret: true, atRestart: true },
  wifi_connect_timeout_ms: { preset: 15_000, ...interval },
  wifi_retry_delay_ms: { preset: 500, ...interval },
  udp_port: { preset: 4210, min: 1, max: 65_535, atRestart: true },
  api_server_port: { preset: 80, min: 1, max: 65_535, atRestart: true },
  discovery_interval_ms: { preset: 1000, ...interval },
  cluster_listen_interval_ms: { preset: 10, min: 1, max: 1000 },
  heartbeat_interval_ms: { preset: 2000, ...interval },
  node_update_broadcast_interval_ms: { preset: 5000, ...interval },
  status_update_interval_ms: { preset: 1000, ...interval },
  member_info_interval_ms: { preset: 10_000, ...interval },
  print_interval_ms: { preset: 5000, ...interval },
  node_inactive_threshold_ms: { preset: 10_000, ...interval },
  node_dead_threshold_ms: { preset: 60_000, ...interval },
  restart_delay_ms: { preset: 1000, min: 0, max: 60_000 },
  low_memory_threshold_bytes: { preset: 10_000, min: 0, max: 65_536 },
  critical_memory_threshold_bytes: { preset: 5000, min: 0, max: 12_288 },
  max_concurrent_http_requests: { preset: 3, min: 1, max: 5 },
  ota_token: { preset: "", secret: true },
  telemetry_interval_ms: { preset: 10_000, ...interval },
  sample_interval_ms: { preset: 1000, min: 10, max: 3_600_000 },
  site: { preset: "" },
};

const textMaxBytes = 64;

/** What a node starts with. */
export const presetConfig: ConfigValues = Object.fromEntries(
  Object.entries(configKeys).map(([key, { preset }]) => [key, preset]),
);

/** What a request to write configuration comes to. */
export type ConfigWrite =
  | { readonly kind: "accepted"; readonly values: ConfigValues; readonly restartRequired: boolean }
  | { readonly kind: "refused"; readonly message: string };

/**
 * Reads `parameters`, whose values are text where they came in a form. One wrong key refuses all.
 *
 * @param presets what a key that is set to null goes back to.
 */
export function readConfigWrite(parameters: JsonObject, presets: ConfigValues): ConfigWrite {
  const values: Record<string, string | number> = {};
  let restartRequired = false;
  for (const [key, given] of Object.entries(parameters)) {
    const rule = Object.hasOwn(configKeys, key) ? configKeys[key] : undefined;
    if (!rule) return { kind: "refused", message: `unknown key "${key}"` };
    const value = given === null ? presets[key] : readValue(rule, given);
    if (value === undefined) return { kind: "refused", message: `${key} must be ${describeRule(rule)}` };
    values[key] = value;
    restartRequired ||= rule.atRestart === true;
  }
  return { kind: "accepted", values, restartRequired };
}

/** As a node shows it: what is secret, and set, is masked. */
export function maskedConfig(config: ConfigValues): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isMasked(key, value) ? "***" : value]));
}

/**
 * The `cfg` of `firmware/spore/README.md`: 8 hex digits that change with the configuration, and that only a holder of
 * the token can compute where there is one.
 */
export function configHash(config: ConfigValues): string {
  const token = String(config.ota_token ?? "");
  const hashed = Object.entries(config).filter(
    ([key, value]) => key !== "ota_token" && (token !== "" || !isMasked(key, value)),
  );
  return createHmac("sha256", token)
    .update(canonicalJson(Object.fromEntries(hashed)))
    .digest("hex")
    .slice(0, 8);
}

function isMasked(key: string, value: string | number): boolean {
  return configKeys[key]?.secret === true && value !== "";
}

function readValue(rule: ConfigKey, given: JsonValue): string | number | undefined {
  if (typeof rule.preset === "string") {
    const text = typeof given === "string" ? given : undefined;
    return text !== undefined && Buffer.byteLength(text) <= textMaxBytes ? text : undefined;
  }
  const number = typeof given === "string" && /^\d{1,10}$/.test(given) ? Number(given) : given;
  if (typeof number !== "number" || !Number.isInteger(number)) return undefined;
  return number >= (rule.min ?? 0) && number <= (rule.max ?? Number.MAX_SAFE_INTEGER) ? number : undefined;
}

function describeRule(rule: ConfigKey): string {
  return typeof rule.preset === "string"
    ? `text of at most ${textMaxBytes} bytes`
    : `a whole number from ${rule.min ?? 0} to ${rule.max ?? Number.MAX_SAFE_INTEGER}`;
}
