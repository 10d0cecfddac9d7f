import type { Node } from "../../api/node.ts";
import type { Clock } from "../../base/clock.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { NodeMemory } from "./memory.ts";

/** Uptimes are measured over a network. */
const slackMs = 5_000;
/** Ten times what the crystal of an ESP8266 is off at its worst. */
const driftPerMs = 0.0005;
/** Upstream firmware counts milliseconds in 32 bits, so its uptime begins again every 49.7 days. */
const uptimeWrapMs = 2 ** 32;

/**
 * Whether two boot times, each computed from an uptime, can be those of one boot.
 *
 * @param knownMs wall time of the boot, by an earlier look.
 * @param bootedAtMs wall time of the boot, by the look at `nowMs`.
 */
export function isSameBoot(knownMs: number, bootedAtMs: number, nowMs: number): boolean {
  const toleranceMs = slackMs + Math.max(0, nowMs - knownMs) * driftPerMs;
  const apartMs = Math.abs(bootedAtMs - knownMs) % uptimeWrapMs;
  return Math.min(apartMs, uptimeWrapMs - apartMs) <= toleranceMs;
}

/**
 * Whether the device has booted since it was last seen, by its uptime; false where it does not tell that. Within one process the monotonic
 * clock decides. Across processes wall time has to, and only a later boot counts: an earlier one means that this machine's clock was set.
 *
 * @param node as it was before the look that brought `observation`, and so is `memory`.
 */
export function hasBootedSince(node: Node, memory: NodeMemory, observation: Observation, clock: Clock): boolean {
  const { uptimeMs } = observation;
  if (uptimeMs === undefined) return false;
  const nowMs = clock.monotonic();
  const { seenAtMs } = memory.look;
  const uptimeBeforeMs = memory.observation?.uptimeMs;
  if (seenAtMs !== undefined && uptimeBeforeMs !== undefined)
    return !isSameBoot(seenAtMs - uptimeBeforeMs, nowMs - uptimeMs, nowMs);
  const knownMs = Date.parse(node.status?.bootedAt ?? "");
  const bootedAtMs = clock.now() - uptimeMs;
  return bootedAtMs > knownMs && !isSameBoot(knownMs, bootedAtMs, clock.now());
}
