import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject } from "../../base/json.ts";
import type { ParsedTexts, WrittenObject } from "../parse-yaml.ts";
import { parseTree } from "../read-tree.ts";
import { generatedObjects } from "./generators.ts";
import { type Kustomization, listAt, readKustomization, textMapAt, textsAt, wrong } from "./kustomization.ts";
import { patched } from "./patches.ts";
import { withAnnotations, withLabels, withNameAround, withNamespace } from "./transforms.ts";

/** Bases of bases; a circle of them ends here. */
const depthMax = 16;

/**
 * What a directory with a kustomization amounts to: the objects of kustomize for what `kustomization.ts` understands. As in kustomize itself, names
 * that a prefix, a suffix or a hash changes are not followed into kinds that are not Kubernetes' own.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` for what it does not understand, or cannot read.
 */
export async function buildKustomization(directory: string): Promise<readonly ParsedTexts[]> {
  const { written, rest } = await build(directory, 0);
  const problems = rest.flatMap((texts) => texts.problems);
  return [{ written, problems, texts: new Map(rest.flatMap(({ texts }) => [...texts])) }];
}

interface Built {
  readonly written: readonly WrittenObject[];
  /** Where it came from: what is wrong with the texts, and the texts. */
  readonly rest: readonly ParsedTexts[];
}

async function build(directory: string, depth: number): Promise<Built> {
  const kustomization = await readKustomization(directory);
  const { fields, path } = kustomization;
  if (depth > depthMax) throw wrong(path, `bases lie more than ${depthMax} deep, or in a circle`);
  const bases: Built[] = [];
  for (const resource of textsAt(fields, "resources", path))
    bases.push(await resourceOf(resource, kustomization, depth));
  const generated = await generatedObjects(kustomization);
  const all = [...bases.flatMap(({ written }) => written), ...generated];
  const changed = await patched(all, kustomization);
  return {
    written: changed.map((object) => transformed(object, kustomization)),
    rest: bases.flatMap(({ rest }) => rest),
  };
}

async function resourceOf(resource: string, { directory, path }: Kustomization, depth: number): Promise<Built> {
  if (/^[a-z+]+:|^git@|\/\/|\?ref=/.test(resource))
    throw wrong(path, `resources: ${resource}: only files and directories are read here`);
  const target = join(directory, resource);
  const isDirectory = await stat(target).then(
    (info) => info.isDirectory(),
    () => false, // reading it says why
  );
  if (isDirectory) return build(target, depth + 1);
  const parsed = await parseTree(target, { recursive: false });
  return { written: parsed.flatMap(({ written }) => written), rest: parsed };
}

/** In the order of kustomize: the namespace, names, labels, annotations. */
function transformed(object: WrittenObject, kustomization: Kustomization): WrittenObject {
  const { fields, path } = kustomization;
  const text = (field: string) => {
    const value = fields[field] ?? "";
    if (typeof value === "string") return value;
    throw wrong(path, `${field}: must be a text`);
  };
  let { value } = object;
  value = withNamespace(value, text("namespace"));
  value = withNameAround(value, text("namePrefix"), text("nameSuffix"));
  value = withLabels(value, textMapAt(fields, "commonLabels", path));
  for (const entry of listAt(kustomization, "labels")) {
    if (!isJsonObject(entry)) throw wrong(path, "labels: must be a list of objects with pairs");
    if (entry.includeSelectors === true)
      throw wrong(path, "labels: includeSelectors is not understood without kustomize");
    value = withLabels(value, textMapAt(entry, "pairs", path));
  }
  return { ...object, value: withAnnotations(value, textMapAt(fields, "commonAnnotations", path)) };
}
