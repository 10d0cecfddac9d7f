import type { ConfigMap, Secret } from "../../controller/api/core-kinds.ts";
import type { Firmware } from "../../controller/api/firmware.ts";
import type { Condition, ObjectMeta } from "../../controller/api/meta.ts";
import type { Node, NodeSpec, NodeStatus } from "../../controller/api/node.ts";
import type { NodeGroup, NodeGroupSpec } from "../../controller/api/node-group.ts";
import type { NodeGroupRevision, NodeGroupRevisionSpec } from "../../controller/api/node-group-revision.ts";

/** Objects as the API server would hand them out, with its defaults filled in. */

export interface NodeOptions {
  readonly owner?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly meta?: Partial<ObjectMeta>;
  readonly spec?: Partial<NodeSpec>;
  readonly status?: NodeStatus;
}

export function nodeOf(name: string, { owner, labels, meta, spec, status }: NodeOptions = {}): Node {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, resourceVersion: "7", generation: 1, ...(labels && { labels }), ...meta },
    spec: { family: "spore", paused: false, ...(owner !== undefined && { owner: { namespace: owner } }), ...spec },
    ...(status && { status }),
  };
}

export function groupOf(name: string, spec: Partial<NodeGroupSpec> = {}, meta: Partial<ObjectMeta> = {}): NodeGroup {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "NodeGroup",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      resourceVersion: "5",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...meta,
    },
    spec: {
      selector: { matchLabels: { room: "lab" } },
      priority: 0,
      adoption: "Manual",
      secretsInClear: false,
      template: {},
      strategy: { maxUnavailable: 1 },
      minReadySeconds: 15,
      paused: false,
      revisionHistoryLimit: 10,
      ...spec,
    },
  };
}

export function firmwareOf(
  name: string,
  version: string,
  options: { labels?: Record<string, string>; ready?: boolean; reason?: string } = {},
): Firmware {
  const { labels, ready = true, reason = ready ? "Verified" : "ImageMissing" } = options;
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Firmware",
    metadata: { name, namespace: "default", uid: `uid-${name}`, generation: 1, ...(labels && { labels }) },
    spec: {
      family: "spore",
      platform: "esp8266",
      version,
      artifacts: [{ path: `${name}.bin`, role: "image", size: 1024, sha256: digestOf(name) }],
    },
    status: { observedGeneration: 1, conditions: [conditionOf("Ready", ready ? "True" : "False", reason)] },
  };
}

export function revisionOf(name: string, spec: Partial<NodeGroupRevisionSpec> = {}): NodeGroupRevision {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "NodeGroupRevision",
    metadata: { name, namespace: "default", uid: `uid-${name}`, generation: 1 },
    spec: { group: "lab", number: 1, ...spec },
  };
}

export function configMapOf(name: string, data: Record<string, string>): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data };
}

export function secretOf(name: string, data: Record<string, string>): Secret {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "default" },
    data: Object.fromEntries(encoded),
  };
}

export function conditionOf(
  type: string,
  status: Condition["status"],
  reason = "Because",
  since = "2026-01-01T00:00:00Z",
): Condition {
  return { type, status, reason, message: `${reason}.`, lastTransitionTime: since, observedGeneration: 1 };
}

/** A well-formed digest that differs for each name. */
export function digestOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64);
}
