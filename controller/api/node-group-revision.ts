// Generated from crds/node-group-revision.yaml by `npm run gen`. Do not edit.
import type { Kind } from "./kind.ts";
import type { Resource } from "./meta.ts";

/** The firmware, resolved. */
export interface NodeGroupRevisionSpecFirmware {
  /** The Firmware object. */
  readonly name: string;
  /** SHA-256 of its image, 64 hex digits. */
  readonly digest: string;
  /** Its version. */
  readonly version: string;
}

/** The configuration, resolved. */
export interface NodeGroupRevisionSpecConfig {
  /** The immutable Secret that holds it as canonical JSON. */
  readonly secretName: string;
  /** SHA-256 of that JSON, 64 hex digits. */
  readonly hash: string;
}

/** The snapshot. It never changes. */
export interface NodeGroupRevisionSpec {
  /** The NodeGroup it belongs to. */
  readonly group: string;
  /** Counts the group's revisions from 1. */
  readonly number: number;
  /** Labels for the device. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The firmware, resolved. */
  readonly firmware?: NodeGroupRevisionSpecFirmware;
  /** The configuration, resolved. */
  readonly config?: NodeGroupRevisionSpecConfig;
  /** Whether configuration from Secrets may go to devices without a token. */
  readonly secretsInClear?: boolean;
  /** Restart each node once unless it booted after this instant. */
  readonly restartedAt?: string;
}

/** An immutable, resolved snapshot of a group's template - the firmware's digest and the configuration's Secret; history for undo. */
export interface NodeGroupRevision extends Resource {
  readonly spec: NodeGroupRevisionSpec;
}

export const NodeGroupRevision: Kind<NodeGroupRevision> = {
  group: "spore.dev",
  version: "v1alpha1",
  kind: "NodeGroupRevision",
  plural: "nodegrouprevisions",
  namespaced: true,
};
