import type { Kind } from "./kind.ts";
import type { Resource } from "./meta.ts";

/**
 * The live figures of one Node: memory, never stored, read-only, gone with the process. `metadata.name` is the Node's name;
 * `metadata.resourceVersion` counts the changes of the table.
 */
export interface LiveNode extends Resource {
  readonly status: LiveNodeStatus;
}

export interface LiveNodeStatus {
  readonly phase: "Active" | "Inactive" | "Dead" | "Unknown";
  readonly address?: string;
  readonly port?: number;
  /** RFC 3339 with milliseconds. */
  readonly lastSeen?: string;
  readonly uptimeSeconds?: number;
  readonly freeHeapBytes?: number;
  readonly rssiDbm?: number;
  readonly bootId?: number;
  readonly version?: string;
  /** What the device says it is doing: `ok`, `ota`, `low`, `safe`. */
  readonly state?: string;
  /** The transfer under way. */
  readonly transfer?: {
    readonly totalBytes: number;
    /** Written to the socket. Says nothing about what arrived. */
    readonly sentBytes: number;
    /** What the device says it received; absent where it does not say. */
    readonly receivedBytes?: number;
  };
}

export const LiveNode: Kind<LiveNode> = {
  group: "live.spore.dev",
  version: "v1alpha1",
  kind: "LiveNode",
  plural: "livenodes",
  namespaced: false,
};
