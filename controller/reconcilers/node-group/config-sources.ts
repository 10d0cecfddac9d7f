import { isSeveringKey, severingRule } from "../../api/admission/severing-keys.ts";
import type { ConfigMap, Secret } from "../../api/core-kinds.ts";
import type { NodeGroupSpecTemplateConfigItem } from "../../api/node-group.ts";
import type { JsonValue } from "../../base/json.ts";
import { type Resolved, resolved, stalled, waits } from "../problem.ts";

/** A group's configuration after its sources were merged. */
export interface ResolvedConfig {
  readonly values: Readonly<Record<string, JsonValue>>;
  /** The keys whose winning value came from a Secret, sorted. */
  readonly secretKeys: readonly string[];
}

/** Finds the sources in the group's namespace. */
export interface ConfigSources {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

/**
 * Merges the sources in order; later ones win. A ConfigMap can hold strings only, so one of its values that is exactly what JSON writes for
 * a number or a boolean (`5000`, `true`) is taken as such; `1.0`, `007` and everything else stay strings. Values of a Secret always stay
 * strings: a password may well be `12345678`. Whoever wants another type writes it under `values`.
 */
export function mergeConfig(
  items: readonly NodeGroupSpecTemplateConfigItem[],
  sources: ConfigSources,
): Resolved<ResolvedConfig> {
  const merged = new Map<string, { value: JsonValue; secret: boolean }>();
  for (const [index, item] of items.entries()) {
    const part = readItem(item, index, sources);
    if (!part.ok) return part;
    for (const [key, value] of part.value.entries) {
      const fault = keyFault(key, value, part.value.where);
      if (fault) return fault;
      merged.set(key, { value, secret: item.secretRef !== undefined });
    }
  }
  const sorted = [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
  return resolved({
    values: Object.fromEntries(sorted.map(([key, { value }]) => [key, value])),
    secretKeys: sorted.filter(([, { secret }]) => secret).map(([key]) => key),
  });
}

interface Part {
  /** Names the source in messages. */
  readonly where: string;
  readonly entries: readonly (readonly [string, JsonValue])[];
}

function readItem(item: NodeGroupSpecTemplateConfigItem, index: number, sources: ConfigSources): Resolved<Part> {
  const path = `spec.template.config[${index}]`;
  const given = [item.configMapRef, item.secretRef, item.values].filter((source) => source !== undefined);
  if (given.length !== 1) {
    return stalled("InvalidConfig", `${path}: give exactly one of configMapRef, secretRef and values.`);
  }
  if (item.values) return resolved({ where: `${path}.values`, entries: Object.entries(item.values) });
  return item.configMapRef
    ? readConfigMap(item.configMapRef.name, path, sources)
    : readSecret(item.secretRef?.name ?? "", path, sources);
}

function readConfigMap(name: string, path: string, sources: ConfigSources): Resolved<Part> {
  const found = sources.configMap(name);
  if (!found) return waits("ReferenceNotFound", `${path}.configMapRef: there is no ConfigMap "${name}" here (yet).`);
  const entries = Object.entries(found.data ?? {}).map(([key, text]) => [key, scalarOf(text)] as const);
  return resolved({ where: `ConfigMap "${name}"`, entries });
}

function readSecret(name: string, path: string, sources: ConfigSources): Resolved<Part> {
  const found = sources.secret(name);
  if (!found) return waits("ReferenceNotFound", `${path}.secretRef: there is no Secret "${name}" here (yet).`);
  const entries = Object.entries(found.data ?? {}).map(
    ([key, base64]) => [key, Buffer.from(base64, "base64").toString("utf8")] as const,
  );
  return resolved({ where: `Secret "${name}"`, entries });
}

function keyFault(key: string, value: JsonValue, where: string) {
  if (isSeveringKey(key)) {
    return stalled("InvalidConfig", `${where}: "${key}": ${severingRule}.`);
  }
  if (key === "labels") {
    return stalled(
      "InvalidConfig",
      `${where}: "labels" is not configuration; write labels under spec.template.labels.`,
    );
  }
  if (value !== null) return undefined;
  return stalled("InvalidConfig", `${where}: "${key}" is null, which no device can store; leave the key out.`);
}

/** The number or boolean that `text` spells in JSON's own way, else the text. */
function scalarOf(text: string): JsonValue {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}
