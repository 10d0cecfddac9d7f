import type { Family } from "./driver.ts";

/** How long ago a device was last heard, in words. A device that was never heard, or not for 300 s, is in no table. */
export type Phase = "Active" | "Inactive" | "Dead";

/**
 * What a process knows of one device this minute. A window on the table's own entry: it changes while the device talks, so copy what must
 * stand still. Absent fields were not said.
 */
export interface LiveDevice {
  /** Names the entry as long as it lives. Two devices that use one hostname have two keys. */
  readonly key: string;
  readonly family: Family;
  readonly hostname: string;
  readonly chipId?: number;
  /** Absent once another device speaks from the address it had. */
  readonly address?: string | undefined;
  /** Absent where the family's own port serves. */
  readonly port?: number;
  readonly phase: Phase;
  /** Of its last change, being heard again included, among those of all devices of the table. Only grows. */
  readonly revision: number;
  /** When it was last heard, on the monotonic clock. */
  readonly heardAtMs: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly bootId?: number;
  readonly uptimeSeconds?: number;
  readonly version?: string;
  readonly state?: string;
  readonly freeHeapBytes?: number;
  readonly rssiDbm?: number;
  /** While `state` is `ota`. */
  readonly receivedBytes?: number | undefined;
  readonly configHash?: string;
  /** The upload under way, as its sender reports it. */
  readonly transfer?: Transfer | undefined;
}

/** Bytes given to the socket. Says nothing about what arrived. */
export interface Transfer {
  readonly totalBytes: number;
  readonly sentBytes: number;
}

/**
 * One change that is worth looking at. Being heard again is none.
 *
 * `appeared` and `forgotten`: the entry came or went. `changed`: labels, boot, version, state, configuration, chip or port. `moved`: a known
 * device speaks from another address, or where it was before it was displaced. `displaced`: another device speaks from its address, so where it is now is not known. `phase`: it
 * fell silent or came back. One message can do several at once; the first that fits is told, so look at the device and not at the kind.
 */
export interface LiveChange {
  readonly kind: "appeared" | "changed" | "moved" | "displaced" | "phase" | "forgotten";
  readonly device: LiveDevice;
}

/** Hears of changes. Must not block, throw, or report sightings. */
export type LiveListener = (change: LiveChange) => void;
