import { apiVersionOf } from "../../api/kind.ts";
import { keyText } from "../../api/meta.ts";
import { type Manifest, type Problem, problemText } from "../../manifests/manifest.ts";
import type { ParsedTexts, WrittenObject } from "../../manifests/parse-yaml.ts";
import { type KindLookup, readParsed } from "../../manifests/read-yaml.ts";
import { referencesOf } from "../../manifests/references.ts";
import { withWrittenKinds } from "../../manifests/written-kinds.ts";

/** What is wrong, or looks wrong, in one place. */
export interface Finding extends Problem {
  /** A warning is what only a server can decide: another file, or the server itself, may hold what is missing here. */
  readonly severity: "error" | "warning";
}

/** What was looked at, and what was found. */
export interface Findings {
  readonly files: readonly string[];
  readonly objects: number;
  /** By file in the order in which they were read, then by line. */
  readonly findings: readonly Finding[];
  /** Each text by its file's name, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface CheckOptions {
  readonly lookup: KindLookup;
  readonly namespace: string;
  /** Warnings count as errors. */
  readonly strict: boolean;
}

/** Looks at everything that can be said of manifests without a server. `definitions` only bring kinds and are not checked themselves. */
export function checkManifests(
  parsed: readonly ParsedTexts[],
  definitions: readonly ParsedTexts[],
  { lookup, namespace, strict }: CheckOptions,
): Findings {
  const kinds = withWrittenKinds(lookup, [...definitions, ...parsed]);
  const foreign: Finding[] = [];
  const checked = parsed.map((texts) => {
    const written = texts.written.filter((object) => !isKustomization(object));
    foreign.push(...written.flatMap((object) => foreignKind(object, kinds)));
    return { ...texts, written: written.filter((object) => foreignKind(object, kinds).length === 0) };
  });
  const { manifests, problems } = readParsed(
    checked.map((texts) => ({ ...texts, problems: texts.problems.filter((problem) => !isKustomizationFile(problem)) })),
    { namespace, lookup: kinds, generateName: true },
  );
  const errors = problems.map((problem): Finding => ({ ...problem, severity: "error" }));
  const findings = [...errors, ...foreign, ...dangling(manifests)];
  const files = parsed.flatMap(({ texts, problems: own }) => [
    ...texts.keys(),
    ...own.map(({ position }) => position.file),
  ]);
  return {
    files: [...new Set(files)],
    objects: checked.reduce((sum, { written }) => sum + written.length, 0) + foreign.length,
    findings: sorted(strict ? findings.map((finding) => ({ ...finding, severity: "error" })) : findings, files),
    texts: new Map(parsed.flatMap(({ texts }) => [...texts])),
  };
}

/** kustomize reads it; no server does. It may leave out both kind and apiVersion. */
function isKustomization({ value }: WrittenObject): boolean {
  return value.apiVersion.startsWith("kustomize.config.k8s.io/");
}

function isKustomizationFile({ position, field }: Problem): boolean {
  return /(^|\/)kustomization\.ya?ml$/.test(position.file) && (field === "apiVersion" || field === "kind");
}

/** Every kind of our own group is known here: another name in it is a mistake. Elsewhere a CRD may exist that is not among the files. */
function foreignKind({ value, positionOf }: WrittenObject, lookup: KindLookup): readonly Finding[] {
  const { apiVersion, kind } = value;
  if (lookup(apiVersion, kind) || apiVersion.startsWith("spore.dev/")) return [];
  const message = `nothing is known here of ${kind} in ${apiVersion}, so it was not checked; give its CRD with --crds`;
  return [{ position: positionOf("kind"), field: "kind", message, severity: "warning" }];
}

/** What is referred to and not among the manifests. */
function dangling(manifests: readonly Manifest[]): readonly Finding[] {
  const present = new Set(
    manifests.map(({ kind, object }) => `${apiVersionOf(kind)} ${kind.kind} ${keyText(object.metadata)}`),
  );
  return manifests.flatMap(({ object, positionOf }) =>
    referencesOf(object).flatMap(({ kind, name, field }): readonly Finding[] => {
      const { namespace } = object.metadata;
      const key = keyText(namespace === undefined ? { name } : { namespace, name });
      if (present.has(`${apiVersionOf(kind)} ${kind.kind} ${key}`)) return [];
      const message = `no ${kind.kind} "${name}" stands in these files; the server must have one`;
      return [{ position: positionOf(field), field, message, severity: "warning" }];
    }),
  );
}

function sorted(findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  const rank = new Map([...new Set(files)].map((file, index) => [file, index]));
  const byText = new Map(findings.map((finding) => [problemText(finding), finding]));
  return [...byText.values()].sort(
    ({ position: a }, { position: b }) =>
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}
