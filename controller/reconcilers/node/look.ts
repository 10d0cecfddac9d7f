import type { Clock } from "../../base/clock.ts";
import { deepFreeze } from "../../base/deep-freeze.ts";
import { errorCodes, isSporeError } from "../../base/errors.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { ReconcileContext } from "../../runtime/reconcile.ts";
import { isSameIdentity, locate } from "./locate.ts";
import { afterAnswer, afterSilence, hasNews, nextLook } from "./look-schedule.ts";
import { isOpen } from "./operation.ts";
import { hasBootedSince } from "./same-boot.ts";
import { restartedUnasked } from "./situation.ts";
import type { NodeDependencies, NodeWork } from "./work.ts";

/**
 * Looks at the device when it is time, and remembers what it showed. Who answers is asked without saying who is expected, so that an impostor
 * at the address can be told from a device that makes no sense.
 *
 * @param dueNow an operation, or something that happened, asks for a look whatever the schedule says.
 */
export async function lookIfDue(
  dependencies: NodeDependencies,
  work: NodeWork,
  dueNow: boolean,
  context: ReconcileContext,
): Promise<void> {
  const { memory, where, driver } = work;
  const { clock, signal } = context;
  const next = nextLook(memory.look, where.device, clock.monotonic(), dependencies.random());
  if (hasNews(memory.look, where.device)) memory.mustLook = true;
  if (where.target === undefined || (!dueNow && next.inMs > 0)) return;
  const { address, port } = where.target;
  try {
    const observation = await driver.observe({ address, port }, signal);
    if (where.identity && !isSameIdentity(where.identity, observation.identity)) {
      meetImpostor(dependencies, work, observation);
      memory.look = afterSilence(memory.look, where.device, clock.monotonic());
    } else take(dependencies, work, observation, clock);
  } catch (error) {
    signal.throwIfAborted();
    if (!isSporeError(error) || !errorCodes[error.code].retry) throw error;
    if (error.code !== "SPORE_UNAVAILABLE") memory.look = afterSilence(memory.look, where.device, clock.monotonic());
    if (memory.phase) memory.phase.wasSilent = true;
    context.log.debug({ err: error, address, port }, "a look at the device got no answer");
  }
}

function take(dependencies: NodeDependencies, work: NodeWork, observation: Observation, clock: Clock): void {
  const { memory, where } = work;
  const before = memory.observation;
  delete memory.impostor;
  doubtRecord(dependencies, work, observation, clock);
  if (before?.bootId !== observation.bootId) {
    memory.refused.clear();
    memory.refusedTokens.clear();
  }
  // The driver told the table of the answer, so what the table says now belongs to the look just taken.
  work.where = locateAfter(dependencies, work, observation);
  const labels = observation.labels ?? work.where.device?.labels;
  memory.observation = deepFreeze({ ...observation, ...(labels && { labels }) });
  const busy = isOpen(work.operation);
  const changed =
    busy || before === undefined || signature(before) !== signature(observation) || where.device === undefined;
  memory.look = afterAnswer(memory.look, work.where.device, clock.monotonic(), changed);
  memory.mustLook = false;
  memory.unconfirmed = false;
}

/**
 * A device that does not say what it runs, and restarted without being asked to, may have been flashed by somebody else, or have lost power
 * for a moment. What SPORE remembers to have installed is from then on an assumption. It is not sent again for that: after a power cut
 * every board of a fleet would be flashed.
 */
function doubtRecord({ recorder }: NodeDependencies, work: NodeWork, observation: Observation, clock: Clock): void {
  const { firmware, node, memory } = work;
  if (firmware?.source !== "Recorded" || isOpen(work.operation)) return;
  if (!hasBootedSince(node, memory, observation, clock)) return;
  work.firmware = { ...firmware, source: "Assumed" };
  const version = firmware.version ?? "the firmware that SPORE installed";
  const message = `The device restarted without being asked to, and does not say what it runs; assumed to be ${version} still.`;
  recorder.record(node, { type: "Warning", reason: restartedUnasked, message });
}

function locateAfter({ sightings }: NodeDependencies, { node, where }: NodeWork, { identity }: Observation) {
  const known = locate({ ...node, status: { ...node.status, ...identity } }, sightings);
  return where.target && !known.target ? { ...known, target: { ...where.target, identity } } : known;
}

function meetImpostor(
  { recorder }: NodeDependencies,
  { node, memory, where }: NodeWork,
  { identity }: Observation,
): void {
  const message = `At ${where.target?.address} answers ${identity.hostname}${chip(identity.chipId)}, not ${where.identity?.hostname}${chip(where.identity?.chipId)}; nothing is written there.`;
  delete memory.observation;
  memory.mustLook = true;
  if (memory.impostor === message) return;
  memory.impostor = message;
  recorder.record(node, { type: "Warning", reason: "IdentityConflict", message });
}

function chip(chipId: number | undefined): string {
  return chipId === undefined ? "" : ` (chip ${chipId.toString(16)})`;
}

/** What makes two observations differ for the schedule: anything but figures that always move. */
function signature({ bootId, firmware, config, labels, state }: Observation): string {
  return JSON.stringify([bootId, firmware, config, labels, state === "safe"]);
}
