import { findCondition } from "../../api/conditions.ts";
import { keyOf } from "../../api/meta.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { exitCodes, type Io } from "../io.ts";
import { singleLine } from "../output/safe-text.ts";
import type { Session } from "../session/session.ts";
import { deadline, readTimeout, until } from "../session/until.ts";

export interface StatusOptions {
  readonly watch: boolean;
  readonly timeout: string;
}

/** Longer than anybody watches; a deadline needs some number. */
const foreverMs = 365 * 24 * 60 * 60 * 1000;

type Progress = { readonly kind: "done" | "under way" | "stopped"; readonly text: string };

/**
 * Says how far a group is, and goes on saying so until it is done or cannot go on.
 *
 * @returns the exit code.
 * @throws SporeError `SPORE_TIMEOUT` with what it waits for.
 */
export async function watchRollout(
  group: NodeGroup,
  { watch, timeout }: StatusOptions,
  session: Session,
  io: Io,
): Promise<number> {
  const timeoutMs = readTimeout(timeout);
  let told: Progress | undefined;
  const tell = (progress: Progress) => {
    if (told?.text !== progress.text) io.out.write(`${singleLine(progress.text)}\n`);
    told = progress;
  };
  tell(progressOf(group));
  if (told?.kind === "under way" && watch) {
    using time = deadline(timeoutMs === 0 ? foreverMs : timeoutMs, io, "the rollout");
    const isOver = (seen: NodeGroup | undefined) => {
      if (seen === undefined) throw new SporeError("SPORE_NOT_FOUND", `nodegroup "${group.metadata.name}" was deleted`);
      tell(progressOf(seen));
      return told?.kind !== "under way";
    };
    try {
      await until(session.client, NodeGroup, keyOf(group), isOver, time.signal);
    } catch (error) {
      if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
      const message = `nodegroup "${group.metadata.name}" is not there after ${timeout}: ${told?.text}`;
      throw new SporeError("SPORE_TIMEOUT", message, { hint: `sporectl describe nodegroup ${group.metadata.name}` });
    }
  }
  return told?.kind === "stopped" ? exitCodes.failed : exitCodes.done;
}

/** How far a group is. A status that judged an older spec says nothing about this one. */
export function progressOf({ metadata, spec, status = {} }: NodeGroup): Progress {
  const name = `nodegroup "${metadata.name}"`;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return { kind: "under way", text: `${name}: waiting for its controller to see the new spec` };
  }
  const { nodes = 0, updatedNodes = 0, readyNodes = 0 } = status;
  const ready = findCondition(status.conditions, "Ready");
  const stalled = findCondition(status.conditions, "Stalled");
  if (ready?.status === "True") return { kind: "done", text: `${name} successfully rolled out` };
  if (stalled?.status === "True")
    return { kind: "stopped", text: `${name} cannot go on: ${stalled.reason}: ${stalled.message}` };
  if (spec.paused) return { kind: "stopped", text: `${name} is paused: ${updatedNodes} of ${nodes} nodes updated` };
  const why = ready ? `: ${ready.message}` : "";
  return { kind: "under way", text: `${name}: ${updatedNodes} of ${nodes} nodes updated, ${readyNodes} ready${why}` };
}
