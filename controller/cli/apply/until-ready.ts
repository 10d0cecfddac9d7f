import { findCondition } from "../../api/conditions.ts";
import { resourceName } from "../../api/kind.ts";
import { type Condition, keyOf, type Resource } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Applied } from "../../manifests/apply.ts";
import type { Io } from "../io.ts";
import type { Session } from "../session/session.ts";
import { deadline, until, untilGone } from "../session/until.ts";
import type { Pruned } from "./prune.ts";

interface Conditional extends Resource {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

export interface ReadyContext {
  readonly session: Session;
  readonly io: Io;
  readonly waitMs: number;
}

/**
 * Resolves once every object is what it should be, as kstatus has it (condition Ready, of this generation), and what was pruned is gone. Objects of
 * kinds without conditions, such as ConfigMaps, are Ready as they are.
 *
 * @throws SporeError `SPORE_TIMEOUT` that names the object and what it waits for.
 */
export async function untilReady(
  applied: readonly Applied[],
  gone: readonly Pruned[],
  { session, io, waitMs }: ReadyContext,
): Promise<void> {
  using time = deadline(waitMs, io, "waiting");
  for (const { kind, object } of gone) await untilGone(session.client, kind, object, time.signal);
  for (const { manifest, object } of applied) {
    const { kind } = manifest;
    if (kind.group !== Node.group && !hasConditions(object)) continue;
    let last: Conditional = object;
    const holds = (seen: Conditional | undefined) => {
      last = seen ?? last;
      return seen !== undefined && isReady(seen);
    };
    try {
      await until<Conditional>(session.client, kind, keyOf(object), holds, time.signal);
    } catch (error) {
      if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
      const ready = findCondition(last.status?.conditions, "Ready");
      const why = ready
        ? `Ready is ${ready.status}, ${ready.reason}: ${ready.message}`
        : "nothing has looked at it yet";
      const { name } = object.metadata;
      const hint = `sporectl describe ${kind.plural} ${name}`;
      throw new SporeError("SPORE_TIMEOUT", `${resourceName(kind)} "${name}" was applied, and is not Ready: ${why}`, {
        hint,
      });
    }
  }
}

function hasConditions({ status }: Conditional): boolean {
  return status?.conditions !== undefined;
}

function isReady({ metadata, status }: Conditional): boolean {
  const ready = findCondition(status?.conditions, "Ready") ?? findCondition(status?.conditions, "Established");
  const judged = ready?.observedGeneration ?? status?.observedGeneration;
  return ready?.status === "True" && (judged === undefined || judged >= (metadata.generation ?? 0));
}
