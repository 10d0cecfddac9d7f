import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { notJson } from "../json-only.ts";

/** A `kustomization.yaml`, as far as it is understood here without kustomize itself. */
export interface Kustomization {
  readonly directory: string;
  readonly path: string;
  /** Every field is one of `understood`. */
  readonly fields: JsonObject;
}

const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;
/** What is understood; another field is refused by name, because to pass over it would apply something else than was meant. */
const understood = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "resources",
  "namespace",
  "namePrefix",
  "nameSuffix",
  "labels",
  "commonLabels",
  "commonAnnotations",
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
]);

/**
 * Reads the kustomization of a directory.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` when there is none, or it says what is not understood.
 */
export async function readKustomization(directory: string): Promise<Kustomization> {
  const path = await find(directory);
  let value: unknown;
  try {
    value = parse(await readFile(path, "utf8"));
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw wrong(path, why);
  }
  const fault = notJson(value ?? {});
  if (fault) throw wrong(path, `${fault.path.join(".")}: ${fault.message}`);
  const fields = (value ?? {}) as JsonValue; // just checked
  if (!isJsonObject(fields)) throw wrong(path, "must be an object");
  const strange = Object.keys(fields).filter((field) => !understood.has(field));
  if (strange.length === 0) return { directory, path, fields };
  throw new SporeError("SPORE_MANIFEST_INVALID", `${path}: ${strange.join(", ")}: not understood without kustomize`, {
    hint: "put kubectl or kustomize on the PATH; sporectl uses either",
  });
}

async function find(directory: string): Promise<string> {
  for (const name of names) {
    const path = join(directory, name);
    try {
      if ((await stat(path)).isFile()) return path;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code !== "ENOENT" && code !== "ENOTDIR") throw wrong(path, `cannot be read (${code})`);
    }
  }
  throw new SporeError("SPORE_MANIFEST_INVALID", `${directory} has no ${names[0]}`, {
    hint: "plain files are applied with -f",
  });
}

/** The error that a field of a kustomization is to blame for. */
export function wrong(path: string, message: string): SporeError {
  return new SporeError("SPORE_MANIFEST_INVALID", `${path}: ${message}`);
}

/** The list at `field`; empty where there is none. */
export function listAt({ fields, path }: Kustomization, field: string): readonly JsonValue[] {
  const value = fields[field] ?? [];
  if (Array.isArray(value)) return value;
  throw wrong(path, `${field}: must be a list`);
}

/** The texts at `field` of some object of the kustomization. */
export function textsAt(object: JsonObject, field: string, path: string): readonly string[] {
  const value = object[field] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.map(String);
  throw wrong(path, `${field}: must be a list of texts`);
}

/** The map of texts at `field`, such as labels. */
export function textMapAt(object: JsonObject, field: string, path: string): Readonly<Record<string, string>> {
  const value = object[field] ?? {};
  if (isJsonObject(value) && Object.values(value).every((item) => typeof item === "string")) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
  }
  throw wrong(path, `${field}: must be a map of texts`);
}
