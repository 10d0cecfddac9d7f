import { type Resolved, resolved, stalled } from "../problem.ts";

/** A member as the rollout sees it. */
export interface RolloutMember {
  readonly name: string;
  /** The revision that it is assigned to now. */
  readonly revision?: string;
  /** Whether it does its work: it is what it is assigned to be and has been for long enough, or nothing was ever assigned and it answers. */
  readonly available: boolean;
  /** Whether it gave up on the revision it is assigned to. */
  readonly failed: boolean;
  /** Whether it already is all that the newest revision asks for, so that assigning it changes nothing on the device. */
  readonly alreadyThere: boolean;
}

/** What may happen now. */
export interface RolloutDecision {
  /** Members that get the newest revision now, in order of urgency. */
  readonly admit: readonly string[];
  /** Members that wait, in the order in which their turn will come. */
  readonly waiting: readonly string[];
  /** Members on which the newest revision failed. */
  readonly failed: readonly string[];
  /** Members whose unavailability uses up the budget while others wait. */
  readonly blockers: readonly string[];
}

/**
 * Decides who moves to `revision` now, so that what we do never makes more than `maxUnavailable` members unavailable at a time.
 *
 * Members that are unavailable already go first, since moving them costs nothing; but no more than `maxUnavailable` members are on their
 * way at once, also when an outage makes all of them unavailable, so that a bad image meets few boards. After the first failure nobody
 * follows until the failure is gone: another revision is wanted, or the failed member left or recovered. Members that
 * are already there are assigned at once: nothing happens to them.
 */
export function decideRollout(
  members: readonly RolloutMember[],
  revision: string,
  maxUnavailable: number,
  paused: boolean,
): RolloutDecision {
  const ordered = [...members].sort(mostUrgentFirst);
  const onRevision = ordered.filter((member) => member.revision === revision);
  const behind = ordered.filter((member) => member.revision !== revision);
  const failed = onRevision.filter((member) => member.failed);
  const free = behind.filter((member) => member.alreadyThere && !paused);
  const candidates = behind.filter((member) => !member.alreadyThere || paused);
  const mayMove = !paused && failed.length === 0;
  const moving = [...onRevision, ...free].filter((member) => !member.available);
  const admitted = mayMove ? withinBudget(candidates, moving.length, maxUnavailable) : [];
  const taken = new Set(admitted);
  const waiting = candidates.filter((member) => !taken.has(member));
  const blocked = mayMove && waiting.length > 0 && admitted.length === 0;
  return {
    admit: names([...free, ...admitted]),
    waiting: names(waiting),
    failed: names(failed),
    blockers: blocked ? names([...moving, ...waiting.filter((member) => !member.available)]) : [],
  };
}

/**
 * The strategy's `maxUnavailable` for so many members: a number, or a percentage that rounds down; at least 1.
 */
export function unavailableBudget(maxUnavailable: number | string, members: number): Resolved<number> {
  if (typeof maxUnavailable === "number") {
    return Number.isInteger(maxUnavailable) && maxUnavailable >= 0
      ? resolved(Math.max(1, maxUnavailable))
      : wrongBudget(maxUnavailable);
  }
  const percent = /^(\d{1,3})%$/.exec(maxUnavailable)?.[1];
  if (percent === undefined || Number(percent) > 100) return wrongBudget(maxUnavailable);
  return resolved(Math.max(1, Math.floor((members * Number(percent)) / 100)));
}

function withinBudget(
  candidates: readonly RolloutMember[],
  moving: number,
  maxUnavailable: number,
): readonly RolloutMember[] {
  const down = candidates.filter((member) => !member.available);
  const up = candidates.filter((member) => member.available);
  const movingDown = down.slice(0, Math.max(0, maxUnavailable - moving));
  // Whoever is down counts, on its way or not; only what is left may be taken from those that work.
  return [...movingDown, ...up.slice(0, Math.max(0, maxUnavailable - moving - down.length))];
}

function wrongBudget(value: number | string) {
  return stalled(
    "InvalidSpec",
    `spec.strategy.maxUnavailable: ${JSON.stringify(value)} is neither a whole number nor a percentage from 0% to 100%.`,
  );
}

/** Failed ones first, then unavailable ones, then by name: the same order each time. */
function mostUrgentFirst(a: RolloutMember, b: RolloutMember): number {
  return urgency(a) - urgency(b) || (a.name < b.name ? -1 : 1);
}

function urgency(member: RolloutMember): number {
  if (member.failed) return 0;
  return member.available ? 2 : 1;
}

function names(members: readonly RolloutMember[]): readonly string[] {
  return members.map(({ name }) => name);
}
