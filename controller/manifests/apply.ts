import { Namespace } from "../api/core-kinds.ts";
import { isSameResource } from "../api/kind.ts";
import { keyOf, type Resource } from "../api/meta.ts";
import { asJsonObject } from "../base/as-json.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { mergePatch } from "../base/merge-patch.ts";
import { takeOwnership } from "./client-side-ownership.ts";
import { type Manifest, type Problem, positionText, problemText } from "./manifest.ts";
import { NewKinds, type Patience } from "./new-kinds.ts";
import type { ObjectApi } from "./object-api.ts";
import { byDependency, planStep, type Step } from "./plan.ts";
import { isFault, type ReadResult } from "./read-yaml.ts";
import { referencesOf } from "./references.ts";

/** What became of one manifest. */
export interface Applied {
  readonly manifest: Manifest;
  readonly verdict: "created" | "configured" | "unchanged" | "serverside-applied";
  /** As it was before; undefined where it was not there. */
  readonly live: Resource | undefined;
  /** As it is now; in a dry run, as it would be. */
  readonly object: Resource;
}

export interface ApplyOptions extends Patience {
  /** `client` reads and compares; `server` also asks what the server would say. Neither writes. Default: write. */
  readonly dryRun?: "client" | "server";
  /** Server-side apply, where a merge of our own is the default. */
  readonly serverSide?: { readonly force: boolean };
  /** Is called once, when everything is checked and before the first object is written. */
  readonly begin?: () => Promise<void>;
  /** Is told of each object as it is done. */
  readonly told?: (applied: Applied) => void;
  /** Is told of an object that could not be written although the server had nothing against it before; the others still are. Default: throw. */
  readonly failed?: (manifest: Manifest, error: SporeError) => void;
}

/**
 * Makes objects what `read` says: all of it is checked, here and by the server in a dry run, before the first is written. Namespaces and CRDs
 * come first, and objects of a kind that is new wait until it is served.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID`, with a cause for each problem and its file, line, column and field; nothing was written.
 */
export async function applyAll(read: ReadResult, api: ObjectApi, options: ApplyOptions): Promise<readonly Applied[]> {
  refuse(read.problems);
  const ordered = byDependency(read.manifests, ({ kind }) => kind);
  const newKinds = await NewKinds.among(ordered, api);
  const steps: Step[] = [];
  for (const manifest of ordered) steps.push(await plan(manifest, api, newKinds, options));
  const newNamespaces = new Set(steps.filter(isNewNamespace).map(({ manifest }) => manifest.object.metadata.name));
  /** A server cannot be asked about what lies in a place that is not there yet. */
  const isUnaskable = ({ manifest: { kind, object } }: Step) =>
    newKinds.has(kind) || newNamespaces.has(object.metadata.namespace ?? "");
  const askable = steps.filter((step) => !isUnaskable(step));
  if (options.dryRun !== "client") refuse(await rehearse(askable, api, options));
  await options.begin?.();
  const applied: Applied[] = [];
  for (const step of steps) {
    try {
      const pretend = options.dryRun !== undefined && isUnaskable(step);
      const done = pretend ? asCreated(step) : await bring(step, api, newKinds, options);
      applied.push(done);
      options.told?.(done);
    } catch (error) {
      if (!isSporeError(error) || !options.failed || isHopeless(error)) throw error;
      options.failed(step.manifest, error);
    }
  }
  return applied;
}

/** Throws all problems as one error, if there are any. */
export function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new SporeError("SPORE_MANIFEST_INVALID", `${problemText(first)}${more}; nothing was changed`, {
    causes: problems.slice(1).map((problem) => ({ reason: "FieldValueInvalid", message: problemText(problem) })),
    ...(hint !== undefined && { hint }),
  });
}

async function plan(manifest: Manifest, api: ObjectApi, newKinds: NewKinds, options: ApplyOptions): Promise<Step> {
  const live = newKinds.has(manifest.kind) ? undefined : await api.read(manifest.kind, keyOf(manifest.object));
  return options.serverSide ? { kind: "apply", manifest, live } : planStep(manifest, live);
}

/** Asks the server whether it would take each step. */
async function rehearse(steps: readonly Step[], api: ObjectApi, options: ApplyOptions): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const step of steps) {
    try {
      await carryOut(step, api, { ...options, dryRun: "server" });
    } catch (error) {
      if (!isSporeError(error) || isHopeless(error)) throw error;
      problems.push(...located(step.manifest, error));
    }
  }
  return problems;
}

/** What the next object would meet with as well. */
function isHopeless({ code, details }: SporeError): boolean {
  return code === "SPORE_UNAVAILABLE" || code === "SPORE_UNAUTHORIZED" || details.retryAfterSeconds !== undefined;
}

function isNewNamespace({ kind, manifest, ...step }: Step): boolean {
  const isNew = kind === "create" || (kind === "apply" && "live" in step && step.live === undefined);
  return isNew && isSameResource(manifest.kind, Namespace);
}

const conflictHint =
  "leave these fields out, give them the values they have, or take them over with force (--force-conflicts)";

function located(manifest: Manifest, error: SporeError): readonly Problem[] {
  const { position } = manifest;
  // The fields belong to others, and only the message says to whom.
  if (error.code === "SPORE_CONFLICT") return [{ position, message: error.message, hint: conflictHint }];
  const fields = (error.details.causes ?? [])
    .filter(isFault)
    .flatMap(({ field, message }) =>
      field === undefined ? [] : [{ position: manifest.positionOf(field), field, message }],
    );
  return fields.length > 0 ? fields : [{ position, message: error.message }];
}

function asCreated({ manifest }: Step): Applied {
  return { manifest, verdict: "created", live: undefined, object: manifest.object };
}

async function bring(step: Step, api: ObjectApi, newKinds: NewKinds, options: ApplyOptions): Promise<Applied> {
  if (newKinds.has(step.manifest.kind)) await newKinds.served(step.manifest, api, options);
  try {
    return await carryOut(step, api, options);
  } catch (error) {
    if (step.kind !== "create" || !isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error;
    const live = await api.read(step.manifest.kind, keyOf(step.manifest.object)); // somebody was faster
    return carryOut(planStep(step.manifest, live), api, options);
  }
}

async function carryOut(step: Step, api: ObjectApi, { dryRun, serverSide }: ApplyOptions): Promise<Applied> {
  const { manifest } = step;
  const { kind } = manifest;
  const key = keyOf(manifest.object);
  const isRehearsal = dryRun !== undefined;
  switch (step.kind) {
    case "unchanged":
      return { manifest, verdict: "unchanged", live: step.live, object: step.live };
    case "create": {
      const object = dryRun === "client" ? step.object : await api.create(kind, step.object, isRehearsal);
      return { manifest, verdict: "created", live: undefined, object };
    }
    case "patch": {
      const object =
        dryRun === "client" ? merged(step.live, step.patch) : await api.patch(kind, key, step.patch, isRehearsal);
      return { manifest, verdict: "configured", live: step.live, object };
    }
    case "apply": {
      const force = serverSide?.force === true;
      const object = await api.apply(kind, key, manifest.object, { dryRun: isRehearsal, force });
      const owned = isRehearsal ? object : await takeOwnership(manifest, object, api, force);
      return { manifest, verdict: "serverside-applied", live: step.live, object: owned };
    }
  }
}

/** What a server would make of it, its defaults aside. */
function merged(live: Resource, patch: JsonObject): Resource {
  return mergePatch(asJsonObject(live), patch) as unknown as Resource; // both sides had that shape
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
