import type { LiveDevice } from "../../drivers/live-device.ts";

/** What is remembered of looking at one device. Times are monotonic. */
export interface LookRecord {
  /** When the last look that got an answer ended. */
  readonly seenAtMs?: number;
  /** When the last look ended, answered or not. */
  readonly triedAtMs?: number;
  /** Looks without an answer since the last one with. */
  readonly failures: number;
  /** What the device said of itself, unasked, when it was last looked at, answered or not. */
  readonly fingerprint?: string;
  /** Looks since which nothing happened: each makes the next come later. */
  readonly quietLooks: number;
}

/** When to look at a device, and why. */
export interface NextLook {
  readonly inMs: number;
  readonly why: string;
}

/** A device is asked for its status at most every 10 s, unless something happened. */
const quietMinMs = 10_000;
/** Upstream devices do not say unasked what changed on them. */
const mutePollMs = 60_000;
/** Ours do. After so many looks at which nothing had happened, the next ones are for what the network lost. */
const soonLooks = 2;
const rareMinMs = 120_000;
const rareMaxMs = 10 * 60_000;
const failureMinMs = 3_000;
const failureMaxMs = 5 * 60_000;

/** A device that was never looked at. */
export const neverLooked: LookRecord = { failures: 0, quietLooks: 0 };

/**
 * What a device says comes first: it is looked at when that changed. Else ever more rarely; and once more when it falls silent, since lost
 * broadcasts alone must not make it look dead.
 *
 * @param device what the liveness table knows; undefined when it was not heard.
 * @param jitter from [0, 1).
 */
export function nextLook(record: LookRecord, device: LiveDevice | undefined, nowMs: number, jitter: number): NextLook {
  const { seenAtMs, triedAtMs, failures } = record;
  if (triedAtMs === undefined) return { inMs: 0, why: "it was never looked at" };
  if (hasNews(record, device)) return { inMs: 0, why: "it says something new" };
  if (failures > 0) {
    const retryMs = Math.min(failureMaxMs, failureMinMs * 2 ** Math.min(failures - 1, 10));
    const backInMs = device?.phase === "Active" ? Math.min(retryMs, quietMinMs) : retryMs;
    return { inMs: until(triedAtMs, backInMs, nowMs), why: "it did not answer" };
  }
  if (device?.phase !== "Active" && (seenAtMs ?? 0) + quietMinMs <= nowMs) return { inMs: 0, why: "it fell silent" };
  const quietMs = quietDelayMs(record.quietLooks, isTalkative(device));
  return { inMs: until(triedAtMs, quietMs * (0.9 + jitter / 5), nowMs), why: "it is looked at from time to time" };
}

function quietDelayMs(quietLooks: number, talkative: boolean): number {
  const doublings = Math.min(quietLooks, 10);
  if (!talkative) return Math.min(mutePollMs, quietMinMs * 2 ** doublings);
  if (quietLooks < soonLooks) return quietMinMs * 2 ** doublings;
  return Math.min(rareMaxMs, rareMinMs * 2 ** (doublings - soonLooks));
}

/** Whether the device says something else than when it was last looked at: what was seen then is no longer to be relied on. */
export function hasNews({ fingerprint }: LookRecord, device: LiveDevice | undefined): boolean {
  return device !== undefined && fingerprintOf(device) !== fingerprint;
}

/** All that is worth a look when it changes, as text. Being busy or short of memory comes and goes. */
export function fingerprintOf(device: LiveDevice): string {
  const { bootId, version, configHash, labels, address, port, state } = device;
  return JSON.stringify([bootId, version, configHash, labels, address, port, state === "safe"]);
}

export function afterAnswer(
  record: LookRecord,
  device: LiveDevice | undefined,
  nowMs: number,
  changed: boolean,
): LookRecord {
  return {
    seenAtMs: nowMs,
    triedAtMs: nowMs,
    failures: 0,
    quietLooks: changed ? 0 : record.quietLooks + 1,
    ...(device && { fingerprint: fingerprintOf(device) }),
  };
}

export function afterSilence(record: LookRecord, device: LiveDevice | undefined, nowMs: number): LookRecord {
  const fingerprint = device && { fingerprint: fingerprintOf(device) };
  return { ...record, ...fingerprint, triedAtMs: nowMs, failures: record.failures + 1 };
}

/** Whether the device announces changes of its boot, version and configuration by itself, as our firmware does. */
function isTalkative(device: LiveDevice | undefined): boolean {
  return device?.bootId !== undefined && device.configHash !== undefined;
}

function until(fromMs: number, delayMs: number, nowMs: number): number {
  return Math.max(0, fromMs + delayMs - nowMs);
}
