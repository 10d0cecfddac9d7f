import type { Node } from "../../api/node.ts";
import { nodeDeadAfterMs } from "../../base/limits.ts";
import type { Identity, Target } from "../../drivers/driver.ts";
import type { LiveDevice } from "../../drivers/live-device.ts";
import type { Sightings } from "../../drivers/sightings.ts";
import { hostnameLabel } from "../discovery/claims.ts";
import type { Reachability } from "./conditions.ts";
import type { LookRecord } from "./look-schedule.ts";

/** SPORE devices serve HTTP here unless they announce another port. */
export const defaultPort = 80;
/** So many looks in a row without an answer, and a device that is still heard counts as unreachable. */
const muteAfterLooks = 3;

/** Where a node's device is, and who it must be. */
export interface Whereabouts {
  /** Who the device is, once anybody knows. */
  readonly identity?: Identity;
  /** Its entry in the liveness table. */
  readonly device?: LiveDevice;
  /** Undefined while nobody knows where it is. */
  readonly target?: Target;
}

/** A pin outweighs what is heard, what is heard outweighs what was last known. */
export function locate(node: Node, sightings: Sightings): Whereabouts {
  const identity = identityOf(node);
  const pin = node.spec.address === undefined ? undefined : parseAddress(node.spec.address);
  const device = identity ? deviceOf(identity, sightings) : pin && sightings.at(pin.address);
  const place = pin ?? placeOf(device, node);
  return {
    ...(identity && { identity }),
    ...(device && { device }),
    ...(place && { target: { ...place, ...(identity && { identity }) } }),
  };
}

/** Who the node's device is: as it said itself, or by the name under which it was discovered. */
export function identityOf({ metadata, status }: Node): Identity | undefined {
  const hostname = status?.hostname ?? metadata.labels?.[hostnameLabel];
  if (hostname === undefined) return undefined;
  const chipId = status?.chipId;
  return { hostname, ...(chipId !== undefined && { chipId }) };
}

/** Whether the two can be one device. */
export function isSameIdentity(a: Identity, b: Identity): boolean {
  return a.hostname === b.hostname && (a.chipId === undefined || b.chipId === undefined || a.chipId === b.chipId);
}

/** Whether the device can be talked to, by what was heard and by the last looks. */
export function reachabilityOf(
  { device, target }: Pick<Whereabouts, "device" | "target">,
  look: LookRecord,
): Reachability {
  const hasAnswered = look.seenAtMs !== undefined;
  if (hasAnswered && target === undefined) return "silent"; // another device has its address now: the answer was given there
  if (device?.phase === "Active") {
    if (look.failures >= muteAfterLooks) return "mute";
    return hasAnswered ? "answered" : "heard";
  }
  if (look.failures > 0) return "silent";
  return hasAnswered ? "answered" : "unknown";
}

/**
 * The phase to show. A controller that has just started has heard nobody yet, which says nothing about the devices.
 *
 * @param listeningMs how long this process has listened.
 */
export function phaseOf(
  device: LiveDevice | undefined,
  before: NonNullable<Node["status"]>["phase"],
  listeningMs: number,
): NonNullable<Node["status"]>["phase"] {
  if (device) return device.phase;
  return before === "Dead" || listeningMs < nodeDeadAfterMs ? before : "Unknown";
}

function deviceOf(identity: Identity, sightings: Sightings): LiveDevice | undefined {
  const named = sightings.named(identity.hostname);
  return named.find((device) => isSameIdentity(identity, device));
}

function placeOf(device: LiveDevice | undefined, { status }: Node): { address: string; port: number } | undefined {
  // Somebody else speaks from where it was: until it is heard again nobody knows where it is.
  if (device && device.address === undefined) return undefined;
  const address = device?.address ?? status?.address;
  if (address === undefined) return undefined;
  const known = status?.address === address ? status.port : undefined;
  return { address, port: device?.port ?? known ?? defaultPort };
}

function parseAddress(text: string): { address: string; port: number } {
  const [address = text, port] = text.split(":");
  return { address, port: port === undefined ? defaultPort : Number(port) };
}
