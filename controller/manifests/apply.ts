import { Namespace } from "../api/core-kinds.ts";
import { keyOf, type Resource } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { type Manifest, type Problem, positionText, problemText } from "./manifest.ts";
import type { ObjectApi } from "./object-api.ts";
import { byDependency, planStep, type Step } from "./plan.ts";
import type { ReadResult } from "./read-yaml.ts";
import { referencesOf } from "./references.ts";

/** What became of one manifest. */
export interface Applied {
  readonly manifest: Manifest;
  readonly verdict: "created" | "configured" | "unchanged";
  readonly object: Resource | undefined;
}

/**
 * Makes objects what `read` says: all of it is checked, here and by the server in a dry run, before the first is written.
 *
 * @param told is called for each object as it is done.
 * @throws SporeError `SPORE_MANIFEST_INVALID`, with a cause for each problem and its file, line, column and field; nothing was written.
 */
export async function applyAll(
  read: ReadResult,
  api: ObjectApi,
  options: { readonly dryRun: boolean },
  told: (applied: Applied) => void,
): Promise<readonly Applied[]> {
  refuse(read.problems);
  const ordered = byDependency(read.manifests, ({ kind }) => kind);
  const steps: Step[] = [];
  for (const manifest of ordered) {
    steps.push(planStep(manifest, await api.read(manifest.kind, keyOf(manifest.object))));
  }
  refuse(await rehearse(steps, api));
  const applied: Applied[] = [];
  for (const step of steps) {
    const done = await carryOut(step, api, options.dryRun);
    applied.push(done);
    told(done);
  }
  return applied;
}

/** Throws all problems as one error, if there are any. */
export function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new SporeError("SPORE_MANIFEST_INVALID", `${problemText(first)}${more}; nothing was changed`, {
    causes: problems.slice(1).map((problem) => ({ reason: "FieldValueInvalid", message: problemText(problem) })),
  });
}

/** Asks the server whether it would take each step. */
async function rehearse(steps: readonly Step[], api: ObjectApi): Promise<readonly Problem[]> {
  const newNamespaces = new Set(steps.filter(isNewNamespace).map(({ manifest }) => manifest.object.metadata.name));
  const problems: Problem[] = [];
  for (const step of steps) {
    if (newNamespaces.has(step.manifest.object.metadata.namespace ?? "")) continue; // it cannot be asked about yet
    try {
      await carryOut(step, api, true);
    } catch (error) {
      if (!isSporeError(error) || error.details.retryAfterSeconds !== undefined) throw error;
      if (error.code === "SPORE_UNAVAILABLE" || error.code === "SPORE_UNAUTHORIZED") throw error;
      problems.push(...located(step.manifest, error));
    }
  }
  return problems;
}

function isNewNamespace({ kind, manifest }: Step): boolean {
  return kind === "create" && manifest.kind.kind === Namespace.kind && manifest.kind.group === Namespace.group;
}

function located(manifest: Manifest, error: SporeError): readonly Problem[] {
  const fields = (error.details.causes ?? []).flatMap(({ field, message }) =>
    field === undefined ? [] : [{ position: manifest.positionOf(field), field, message }],
  );
  return fields.length > 0 ? fields : [{ position: manifest.position, message: error.message }];
}

async function carryOut(step: Step, api: ObjectApi, dryRun: boolean): Promise<Applied> {
  const { manifest } = step;
  const { kind } = manifest;
  switch (step.kind) {
    case "create":
      return { manifest, verdict: "created", object: await api.create(kind, step.object, dryRun) };
    case "patch": {
      const object = await api.patch(kind, keyOf(manifest.object), step.patch, dryRun);
      return { manifest, verdict: "configured", object };
    }
    case "unchanged":
      return { manifest, verdict: "unchanged", object: undefined };
  }
}

/** Names what an object refers to and what does not exist: no error, because the order of apply must not matter. */
export async function danglingReferences(manifests: readonly Manifest[], api: ObjectApi): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const manifest of manifests) {
    for (const { kind, name, field } of referencesOf(manifest.object)) {
      const { namespace } = manifest.object.metadata;
      if (await api.read(kind, namespace === undefined ? { name } : { namespace, name })) continue;
      warnings.push(`${positionText(manifest.positionOf(field))}: ${field}: there is no ${kind.kind} "${name}" yet`);
    }
  }
  return warnings;
}
