import { findCondition } from "../api/conditions.ts";
import { asJson } from "../base/as-json.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";
import type { Logger } from "../base/log.ts";
import type { Client } from "../client/client.ts";
import { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether to make them what they should be, or only to look. */
  readonly install: boolean;
}

/** A server establishes a definition within a second or so. */
const establishTimeoutMs = 30_000;
const establishPollMs = 250;
/** Installations at the same time: by another replica, or by a person. */
const attemptsMax = 5;

const hint = "run `kubectl apply -f crds/`, or start spored with --install-crds and the rights for it";

/**
 * Sees to it that another API server has the CustomResourceDefinitions that this program brings.
 *
 * @throws SporeError `SPORE_USAGE` with the names of those that are missing, unless it may install them. Definitions that differ, as those of another
 * version do, are logged: objects may lose fields that the server does not know.
 */
export async function ensureCrds(
  crds: readonly CustomResourceDefinition[],
  { client, clock, log, install }: Options,
  signal: AbortSignal,
): Promise<void> {
  const missing: string[] = [];
  const different: string[] = [];
  for (const crd of crds) {
    const { name } = crd.metadata;
    const found = await client.get(CustomResourceDefinition, { name }, signal);
    if (found && contains(asJson(found.spec), asJson(crd.spec))) continue;
    if (install) {
      await put(client, crd, signal);
      log.info({ crd: name }, found ? "updated a CustomResourceDefinition" : "made a CustomResourceDefinition");
    } else (found ? different : missing).push(name);
  }
  if (missing.length > 0)
    throw new SporeError("SPORE_USAGE", `the API server lacks the CustomResourceDefinitions ${missing.join(", ")}`, {
      hint,
    });
  if (different.length > 0)
    log.warn({ crds: different, hint }, "the API server has CustomResourceDefinitions of another version of SPORE");
  for (const { metadata } of crds) await established(client, metadata.name, clock, signal);
}

async function put(client: Client, crd: CustomResourceDefinition, signal: AbortSignal): Promise<void> {
  const { metadata, spec } = crd;
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await client.get(CustomResourceDefinition, { name: metadata.name }, signal);
      if (found) await client.update(CustomResourceDefinition, { ...found, spec }, { signal });
      else await client.create(CustomResourceDefinition, { metadata, spec }, { signal });
      return;
    } catch (error) {
      const isRace = isSporeError(error, "SPORE_CONFLICT") || isSporeError(error, "SPORE_ALREADY_EXISTS");
      if (!isRace || attempt === attemptsMax) throw error;
    }
  }
}

/** Resolves when the server serves the kind. */
async function established(client: Client, name: string, clock: Clock, signal: AbortSignal): Promise<void> {
  using deadline = new Deadline(clock, signal, establishTimeoutMs, `the server, asked to serve ${name},`);
  for (;;) {
    const found = await client.get(CustomResourceDefinition, { name }, deadline.signal);
    if (findCondition(found?.status?.conditions ?? [], "Established")?.status === "True") return;
    await sleep(clock, establishPollMs, deadline.signal);
  }
}

/** Whether `theirs` says all that `ours` says; servers add defaults. */
function contains(theirs: JsonValue | undefined, ours: JsonValue): boolean {
  if (Array.isArray(ours)) {
    return (
      Array.isArray(theirs) &&
      theirs.length === ours.length &&
      ours.every((item: JsonValue, index) => contains(theirs[index], item))
    );
  }
  if (!isJsonObject(ours)) return theirs === ours;
  return isJsonObject(theirs) && Object.entries(ours).every(([name, value]) => contains(theirs[name], value));
}
