import type { Node } from "../../api/node.ts";
import { isClaim } from "./claims.ts";

/** On every Node that SPORE made by itself; only such a one may go by itself. */
export const discoveredAnnotation = "spore.dev/discovered";

/** So long a Node that nobody cares about may be silent. */
const forgottenAfterMs = 24 * 60 * 60 * 1000;

/** Whether nobody would miss the Node: it was discovered, nobody adopted it, and nobody gave it a label. */
export function isDisposable({ metadata, spec }: Node): boolean {
  return (
    metadata.annotations?.[discoveredAnnotation] !== undefined &&
    metadata.deletionTimestamp === undefined &&
    spec.owner === undefined &&
    spec.assignment?.group === undefined &&
    Object.keys(metadata.labels ?? {}).every(isClaim)
  );
}

/** Milliseconds until a disposable Node goes; 0 when it is time. */
export function expiresInMs(node: Node, nowMs: number): number {
  return Math.max(0, lastSeenMs(node) + forgottenAfterMs - nowMs);
}

/** When a Node's device was last heard, as far as the object knows. */
export function lastSeenMs({ metadata, status }: Node): number {
  return Date.parse(status?.lastSeen ?? metadata.creationTimestamp ?? "") || 0;
}
