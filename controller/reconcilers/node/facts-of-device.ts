import type { NodeStatus } from "../../api/node.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { LiveDevice } from "../../drivers/live-device.ts";
import type { StatusFields } from "../../runtime/status-draft.ts";
import { isSameBoot } from "./same-boot.ts";

/** What a node's status says about the device itself, from the last look at it. */
export function factsOfObservation(
  observation: Observation,
  bootedAtMs: number | undefined,
  before: NodeStatus,
  nowMs: number,
): StatusFields<NodeStatus> {
  const { identity, platform, board, bootId, labels, ota, endpoints } = observation;
  return {
    hostname: identity.hostname,
    ...(identity.chipId !== undefined && { chipId: identity.chipId }),
    platform,
    board,
    bootId,
    bootedAt: bootTime(bootedAtMs, before, bootId, nowMs),
    ...(labels && { labels }),
    ota: ota && Object.keys(ota).length > 0 ? ota : undefined,
    ...(endpoints && { endpoints: endpoints.slice(0, 64).map(({ method, uri }) => ({ method, uri })) }),
  };
}

/** What a node's status says about who and where the device is, from what was heard of it. */
export function factsOfSighting(device: LiveDevice, portOfFamily: number): StatusFields<NodeStatus> {
  const { hostname, chipId, address, port = portOfFamily, labels } = device;
  return {
    hostname,
    ...(chipId !== undefined && { chipId }),
    ...(address !== undefined && { address, port }),
    ...(labels && { labels }),
  };
}

function bootTime(
  bootedAtMs: number | undefined,
  before: NodeStatus,
  bootId: number | undefined,
  nowMs: number,
): string | undefined {
  if (bootedAtMs === undefined) return undefined;
  const knownMs = Date.parse(before.bootedAt ?? "");
  const isKnown = before.bootId === bootId && isSameBoot(knownMs, bootedAtMs, nowMs);
  return isKnown ? before.bootedAt : timestamp(bootedAtMs);
}
