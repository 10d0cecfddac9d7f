import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { configMapHash, secretHash } from "../content-hash.ts";
import { binaryPairs, readPairs, type Source, secretPairs, textPairs } from "../key-value-sources.ts";
import type { WrittenObject } from "../parse-yaml.ts";
import { type Kustomization, listAt, textMapAt, textsAt, wrong } from "./kustomization.ts";

/** The ConfigMaps and Secrets that a kustomization generates, with a hash of their content behind their names. */
export async function generatedObjects(kustomization: Kustomization): Promise<readonly WrittenObject[]> {
  const objects: WrittenObject[] = [];
  for (const [field, kind] of [
    ["configMapGenerator", "ConfigMap"],
    ["secretGenerator", "Secret"],
  ] as const) {
    for (const entry of listAt(kustomization, field)) {
      if (!isJsonObject(entry)) throw wrong(kustomization.path, `${field}: must be a list of objects`);
      objects.push(await generated(entry, kind, kustomization));
    }
  }
  return objects;
}

async function generated(
  entry: JsonObject,
  kind: "ConfigMap" | "Secret",
  kustomization: Kustomization,
): Promise<WrittenObject> {
  const { path, directory } = kustomization;
  const { name, namespace, type, behavior = "create" } = entry;
  if (typeof name !== "string" || name === "") throw wrong(path, `a generated ${kind} needs a name`);
  if (behavior !== "create")
    throw wrong(path, `${kind} "${name}": behavior: ${String(behavior)} is not understood without kustomize`);
  const pairs = await readPairs(sourcesOf(entry, path), `${kind} "${name}"`, directory);
  const options = { ...objectAt(kustomization.fields, "generatorOptions"), ...objectAt(entry, "options") };
  const isImmutable = options.immutable === true && { immutable: true };
  const content =
    kind === "ConfigMap"
      ? { data: textPairs(pairs), ...nonEmpty("binaryData", binaryPairs(pairs)), ...isImmutable }
      : { data: secretPairs(pairs), type: typeof type === "string" ? type : "Opaque", ...isImmutable };
  const { immutable: _immutable, ...hashed } = { immutable: undefined, ...content };
  // Unlike kubectl, kustomize hashes before there is a name, and leaves `immutable` out.
  const hash = kind === "ConfigMap" ? configMapHash("", hashed) : secretHash("", hashed);
  const suffix = options.disableNameSuffixHash === true ? "" : `-${hash}`;
  const metadata = {
    name: `${name}${suffix}`,
    ...(typeof namespace === "string" && { namespace }),
    ...nonEmpty("labels", textMapAt(options, "labels", path)),
    ...nonEmpty("annotations", textMapAt(options, "annotations", path)),
  };
  const position = { file: path, line: 1, column: 1 };
  return { value: { apiVersion: "v1", kind, metadata, ...content }, position, positionOf: () => position };
}

function sourcesOf(entry: JsonObject, path: string): readonly Source[] {
  const { env } = entry;
  const sources = (from: Source["from"], words: readonly string[]) => words.map((word): Source => ({ from, word }));
  return [
    ...sources("file", textsAt(entry, "files", path)),
    ...sources("literal", textsAt(entry, "literals", path)),
    ...sources("env", [...(typeof env === "string" ? [env] : []), ...textsAt(entry, "envs", path)]),
  ];
}

function objectAt(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}

function nonEmpty<N extends string>(name: N, values: Readonly<Record<string, string>>): JsonObject {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}
