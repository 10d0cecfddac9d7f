// Generated from crds/node-group.yaml by `npm run gen`. Do not edit.
import type { JsonValue } from "../base/json.ts";
import type { Kind } from "./kind.ts";
import type { Condition, Resource } from "./meta.ts";
import type { LabelSelector } from "./selector.ts";

/** Which firmware, by name or as the newest that fits. */
export interface NodeGroupSpecTemplateFirmware {
  /** A Firmware of this namespace. */
  readonly name?: string;
  /** Firmware objects to choose from; needs version. */
  readonly selector?: LabelSelector;
  /** A range of semantic versions such as ">=1.4 <2"; needs selector. */
  readonly version?: string;
}

/** All keys of a ConfigMap of this namespace. */
export interface NodeGroupSpecTemplateConfigItemConfigMapRef {
  /** Its name. */
  readonly name: string;
}

/** All keys of a Secret of this namespace. */
export interface NodeGroupSpecTemplateConfigItemSecretRef {
  /** Its name. */
  readonly name: string;
}

/** Exactly one of the three. */
export interface NodeGroupSpecTemplateConfigItem {
  /** All keys of a ConfigMap of this namespace. */
  readonly configMapRef?: NodeGroupSpecTemplateConfigItemConfigMapRef;
  /** All keys of a Secret of this namespace. */
  readonly secretRef?: NodeGroupSpecTemplateConfigItemSecretRef;
  /** Keys and values, given here. */
  readonly values?: Readonly<Record<string, JsonValue>>;
}

/** What each node should be. */
export interface NodeGroupSpecTemplate {
  /** Labels that must be on the device. Others are left alone. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Which firmware, by name or as the newest that fits. */
  readonly firmware?: NodeGroupSpecTemplateFirmware;
  /** Sources of configuration, merged in order; later ones win. */
  readonly config?: readonly NodeGroupSpecTemplateConfigItem[];
  /** Restart each node once, unless it booted after this instant. */
  readonly restartedAt?: string;
}

/** How a change spreads. */
export interface NodeGroupSpecStrategy {
  /** How many nodes may be unavailable at a time; a percentage rounds down, to at least 1. */
  readonly maxUnavailable: number | string;
}

/** What the group's nodes should be. */
export interface NodeGroupSpec {
  /** Which of the namespace's nodes. An empty selector is refused. */
  readonly selector: LabelSelector;
  /** When two groups match one node the higher priority wins, then the older group. */
  readonly priority: number;
  /** Automatic adopts matching unowned nodes once they have answered a request, where the operator allows it for this namespace (spored --auto-adopt). */
  readonly adoption: "Manual" | "Automatic";
  /** Whether configuration from Secrets may go to devices without a token. */
  readonly secretsInClear: boolean;
  /** What each node should be. */
  readonly template: NodeGroupSpecTemplate;
  /** How a change spreads. */
  readonly strategy: NodeGroupSpecStrategy;
  /** How long a node must have run the new code before it counts, in seconds. */
  readonly minReadySeconds: number;
  /** Start nothing new on any node of the group. */
  readonly paused: boolean;
  /** How many revisions that no node uses are kept for undo. */
  readonly revisionHistoryLimit: number;
}

/** NodeGroupStatusOverlap */
export interface NodeGroupStatusOverlap {
  /** The other group's name. */
  readonly group: string;
  /** How many nodes match both. */
  readonly nodes: number;
}

/** How far they have come. */
export interface NodeGroupStatus {
  /** The generation of the spec that this status answers. */
  readonly observedGeneration?: number;
  /** Nodes that the group selected. */
  readonly nodes?: number;
  /** Nodes that run the newest revision. */
  readonly updatedNodes?: number;
  /** Nodes that are what they should be. */
  readonly readyNodes?: number;
  /** Nodes that are not, or not for long enough. */
  readonly unavailableNodes?: number;
  /** Matching nodes that nobody has adopted. */
  readonly unownedNodes?: number;
  /** Nodes on which the newest revision failed. */
  readonly failedNodes?: number;
  /** The firmware version of the newest revision. */
  readonly firmware?: string;
  /** Other groups that match some of the same nodes. */
  readonly overlaps?: readonly NodeGroupStatusOverlap[];
  /** The newest revision that every node reached. */
  readonly currentRevision?: string;
  /** The newest revision. */
  readonly updateRevision?: string;
  /** Ready (True when the group has nodes and every one of them has been, for minReadySeconds, what this generation of the spec asks for; False with NoNodes while it has none), Reconciling, Stalled, Overlap. */
  readonly conditions?: readonly Condition[];
}

/** The namespace's nodes that match a selector run this firmware, config and labels; a DaemonSet for boards. */
export interface NodeGroup extends Resource {
  readonly spec: NodeGroupSpec;
  readonly status?: NodeGroupStatus;
}

export const NodeGroup: Kind<NodeGroup> = {
  group: "spore.dev",
  version: "v1alpha1",
  kind: "NodeGroup",
  plural: "nodegroups",
  namespaced: true,
};
