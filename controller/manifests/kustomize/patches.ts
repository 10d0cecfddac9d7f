import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { matchesLabelTerms, parseLabelSelector } from "../../api/label-selector-text.ts";
import { isSporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { applyJsonPatch, parseJsonPatch } from "../../base/json-patch.ts";
import { mergePatch } from "../../base/merge-patch.ts";
import type { WrittenObject } from "../parse-yaml.ts";
import { type Kustomization, listAt, textMapAt, wrong } from "./kustomization.ts";

interface ObjectPatch {
  /** A list of operations (RFC 6902), or an object that is merged in. */
  readonly body: JsonValue;
  readonly target: JsonObject | undefined;
}

/**
 * Objects with the patches of a kustomization on them. Lists are replaced whole, as kustomize does in kinds that it has no schema of.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` when a patch fits no object.
 */
export async function patched(
  objects: readonly WrittenObject[],
  kustomization: Kustomization,
): Promise<readonly WrittenObject[]> {
  const { path } = kustomization;
  let current = objects;
  for (const patch of await patchesOf(kustomization)) {
    const fits = targetOf(patch, path);
    const found = current.filter(fits);
    if (found.length === 0)
      throw wrong(path, `patches: nothing fits ${JSON.stringify(patch.target ?? identityOf(patch.body))}`);
    current = current.flatMap((object) => (found.includes(object) ? onOne(object, patch, path) : [object]));
  }
  return current;
}

function onOne(object: WrittenObject, { body }: ObjectPatch, path: string): readonly WrittenObject[] {
  if (isJsonObject(body) && body.$patch === "delete") return [];
  try {
    const value = Array.isArray(body)
      ? applyJsonPatch(object.value, parseJsonPatch(body))
      : mergePatch(object.value, withoutIdentity(body));
    const { apiVersion, kind } = object.value;
    return isJsonObject(value) ? [{ ...object, value: { ...value, apiVersion, kind } }] : [];
  } catch (error) {
    throw isSporeError(error) ? wrong(path, `patches: ${error.message}`) : error;
  }
}

/** With a target, the name inside a patch is only there because kustomize wants one. */
function withoutIdentity(body: JsonValue): JsonValue {
  if (!isJsonObject(body) || !isJsonObject(body.metadata)) return body;
  const { name: _name, namespace: _namespace, ...metadata } = body.metadata;
  return { ...body, metadata };
}

async function patchesOf(kustomization: Kustomization): Promise<readonly ObjectPatch[]> {
  const { path } = kustomization;
  const patches: ObjectPatch[] = [];
  for (const field of ["patches", "patchesJson6902"]) {
    for (const entry of listAt(kustomization, field)) {
      if (!isJsonObject(entry)) throw wrong(path, `${field}: must be a list of objects`);
      const { target, patch, path: file, options } = entry;
      if (options !== undefined) throw wrong(path, `${field}: options are not understood without kustomize`);
      const text = typeof patch === "string" ? patch : await textOf(file, kustomization);
      patches.push({ body: bodyOf(text, path), target: isJsonObject(target) ? target : undefined });
    }
  }
  for (const entry of listAt(kustomization, "patchesStrategicMerge")) {
    const isInline = typeof entry === "string" && entry.includes("\n");
    patches.push({ body: bodyOf(isInline ? entry : await textOf(entry, kustomization), path), target: undefined });
  }
  return patches;
}

async function textOf(file: JsonValue | undefined, { directory, path }: Kustomization): Promise<string> {
  if (typeof file !== "string") throw wrong(path, "patches: each needs a patch or the path of one");
  try {
    return await readFile(join(directory, file), "utf8");
  } catch {
    throw wrong(path, `patches: ${file} cannot be read`);
  }
}

function bodyOf(text: string, path: string): JsonValue {
  try {
    const body: unknown = parse(text);
    if (typeof body === "object" && body !== null) return body as JsonValue; // the parser makes nothing else of plain YAML
  } catch {
    // said below
  }
  throw wrong(path, `patches: "${text.slice(0, 40)}" is neither an object nor a list of operations`);
}

function identityOf(body: JsonValue): JsonValue {
  return isJsonObject(body) ? { kind: body.kind ?? null, metadata: body.metadata ?? null } : null;
}

/** Tells the objects that a patch is meant for. Names and kinds of a target are regular expressions, as in kustomize. */
function targetOf({ body, target }: ObjectPatch, path: string): (object: WrittenObject) => boolean {
  if (!target) return ({ value }) => isNamesake(value, body);
  const { group, version, kind, name, namespace, labelSelector } = target;
  const terms = typeof labelSelector === "string" ? parseLabelSelector(labelSelector) : [];
  const [kinds, names, namespaces] = [kind, name, namespace].map((text) => pattern(text, path));
  return ({ value }) => {
    const metadata = isJsonObject(value.metadata) ? value.metadata : {};
    const [ownGroup, ownVersion] = value.apiVersion.includes("/")
      ? value.apiVersion.split("/")
      : ["", value.apiVersion];
    return (
      (group === undefined || group === ownGroup) &&
      (version === undefined || version === ownVersion) &&
      kinds?.test(value.kind) === true &&
      names?.test(String(metadata.name ?? "")) === true &&
      namespaces?.test(String(metadata.namespace ?? "")) === true &&
      matchesLabelTerms(terms, textMapAt(metadata, "labels", path))
    );
  };
}

function pattern(text: JsonValue | undefined, path: string): RegExp {
  try {
    return text === undefined ? /^/ : new RegExp(`^(?:${String(text)})$`);
  } catch {
    throw wrong(path, `patches: "${String(text)}" is no regular expression`);
  }
}

function isNamesake({ kind, metadata }: JsonObject, body: JsonValue): boolean {
  if (!isJsonObject(body) || !isJsonObject(body.metadata) || !isJsonObject(metadata)) return false;
  const { name, namespace } = body.metadata;
  return body.kind === kind && name === metadata.name && (namespace === undefined || namespace === metadata.namespace);
}
