// Generated from crds/node.yaml by `npm run gen`. Do not edit.
import type { Kind } from "./kind.ts";
import type { Condition, Resource } from "./meta.ts";

/** Who may write to the device. Nothing is ever written to a device without an owner. */
export interface NodeSpecOwner {
  /** The namespace whose groups may select this device. */
  readonly namespace: string;
}

/** What the device should be. Written by reconcilers only, one field each. */
export interface NodeSpecAssignment {
  /** The NodeGroup, as namespace/name, that selected this device. */
  readonly group?: string;
  /** The NodeGroupRevision, in the group's namespace, that the device should be at now. */
  readonly revision?: string;
}

/** What the device should be. */
export interface NodeSpec {
  /** The driver that speaks to this device. */
  readonly family: "spore";
  /** Pins the device to an IPv4 address, with a port when it is not 80. Without it, discovery says where the device is. */
  readonly address?: string;
  /** Who may write to the device. Nothing is ever written to a device without an owner. */
  readonly owner?: NodeSpecOwner;
  /** Watch the device, write nothing to it. */
  readonly paused: boolean;
  /** Restart the device once, unless it booted after this instant. */
  readonly restartedAt?: string;
  /** What the device should be. Written by reconcilers only, one field each. */
  readonly assignment?: NodeSpecAssignment;
}

/** The firmware that runs on the device. */
export interface NodeStatusFirmware {
  /** The name of the program. */
  readonly name?: string;
  /** The version compiled into the image. */
  readonly version?: string;
  /** MD5 of the program in flash, 32 hex digits. */
  readonly md5?: string;
  /** SHA-256 of the image that SPORE knows it to be, 64 hex digits. */
  readonly digest?: string;
  /** Reported: the device says so. Recorded: it does not say, and SPORE installed this last. Assumed: as Recorded, but the device has restarted since without being asked to, as it would after being flashed by somebody else. */
  readonly source?: "Reported" | "Recorded" | "Assumed";
}

/** The configuration on the device. */
export interface NodeStatusConfig {
  /** Hash of the resolved configuration that the device holds. */
  readonly hash?: string;
  /** Whether the device proved it or SPORE remembers having pushed it. */
  readonly source?: "Reported" | "Recorded";
}

/** What decides whether an image fits. */
export interface NodeStatusOta {
  /** Size of the flash chip in bytes. */
  readonly flashBytes?: number;
  /** Bytes that an update may occupy. */
  readonly freeSketchBytes?: number;
  /** Flash address at which the file system begins. */
  readonly fsStart?: number;
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT. */
  readonly flashMode?: number;
  /** Whether the boot loader inflates gzip images. */
  readonly gzip?: boolean;
  /** Whether the device takes signed images only. */
  readonly signed?: boolean;
}

/** NodeStatusEndpoint */
export interface NodeStatusEndpoint {
  /** The HTTP method. */
  readonly method: string;
  /** The path. */
  readonly uri: string;
}

/** The action under way on the device, or the last one. */
export interface NodeStatusOperation {
  /** Names this operation in logs and events. */
  readonly id: string;
  /** What is done. */
  readonly kind: "InstallFirmware" | "Restart";
  /** SHA-256 of the image that is installed, 64 hex digits. */
  readonly digest?: string;
  /** The version of that image. */
  readonly version?: string;
  /** Size of that image in bytes. */
  readonly sizeBytes?: number;
  /** How far it came. Success is the new code seen running, never an HTTP 200. */
  readonly phase: "Transferring" | "Accepted" | "Rebooting" | "Verifying" | "Done" | "Refused" | "Failed" | "Unknown";
  /** Counts the tries with this digest, from 1. */
  readonly attempt: number;
  /** A number that only grows; the device refuses a lower one. */
  readonly fence: number;
  /** The boot number of the device before the operation. */
  readonly bootId?: number;
  /** When it began. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt?: string;
  /** What happened, for people. */
  readonly message?: string;
}

/** How often one image failed on this device; at 3 the node is Stalled until another image is wanted. */
export interface NodeStatusFailedAttempts {
  /** SHA-256 of the image, 64 hex digits. */
  readonly digest: string;
  /** Failed tries. */
  readonly count: number;
  /** The reason of the last failure. */
  readonly reason: string;
}

/** What the device is, as last seen. */
export interface NodeStatus {
  /** The generation of the spec that this status answers. */
  readonly observedGeneration?: number;
  /** Active was heard within 10 s, Inactive within 60 s, Dead before that, Unknown never by this process. */
  readonly phase?: "Active" | "Inactive" | "Dead" | "Unknown";
  /** IPv4 address the device was last heard from. */
  readonly address?: string;
  /** TCP port of the device's HTTP API. */
  readonly port?: number;
  /** The name the device gives itself. */
  readonly hostname?: string;
  /** The last three bytes of the MAC address as a number. */
  readonly chipId?: number;
  /** What the firmware runs on: esp8266, esp32 or host. Absent where the device does not say. */
  readonly platform?: string;
  /** The board that the device claims to be. */
  readonly board?: string;
  /** A number that the device draws at each boot. */
  readonly bootId?: number;
  /** When the device booted, from its uptime, to the second. */
  readonly bootedAt?: string;
  /** The device's own labels, as it claims them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The keys of labels that SPORE put on the device; the ones gone from the template are removed again. */
  readonly pushedLabels?: readonly string[];
  /** When the device was last heard, as of the last write of this status. Live figures are in livenodes. */
  readonly lastSeen?: string;
  /** The firmware that runs on the device. */
  readonly firmware?: NodeStatusFirmware;
  /** The configuration on the device. */
  readonly config?: NodeStatusConfig;
  /** What decides whether an image fits. */
  readonly ota?: NodeStatusOta;
  /** The HTTP endpoints that the device offers. */
  readonly endpoints?: readonly NodeStatusEndpoint[];
  /** The action under way on the device, or the last one. */
  readonly operation?: NodeStatusOperation;
  /** How often one image failed on this device; at 3 the node is Stalled until another image is wanted. */
  readonly failedAttempts?: NodeStatusFailedAttempts;
  /** The restart request that was last carried out. */
  readonly restartedAt?: string;
  /** Ready (True when the device answers and is what its assignment asks for, and with Unmanaged when no group selects it; False with Waiting until the group that does has given it its turn), Reachable, Owned, FirmwareCurrent, ConfigCurrent, LabelsCurrent, Reconciling, Stalled, Conflict. */
  readonly conditions?: readonly Condition[];
}

/** One discovered or declared device - who owns it, what it should run, and what it is. */
export interface Node extends Resource {
  readonly spec: NodeSpec;
  readonly status?: NodeStatus;
}

export const Node: Kind<Node> = {
  group: "spore.dev",
  version: "v1alpha1",
  kind: "Node",
  plural: "nodes",
  namespaced: false,
};
