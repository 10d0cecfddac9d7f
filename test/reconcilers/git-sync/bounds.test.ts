import { describe, expect, it } from "vitest";
import { ConfigMap, Namespace, Secret } from "../../../controller/api/core-kinds.ts";
import { GitSync } from "../../../controller/api/git-sync.ts";
import type { Kind } from "../../../controller/api/kind.ts";
import { Node } from "../../../controller/api/node.ts";
import { NodeGroup } from "../../../controller/api/node-group.ts";
import { problemText } from "../../../controller/manifests/manifest.ts";
import { beyondNamespace } from "../../../controller/reconcilers/git-sync/bounds.ts";

const position = { file: "a.yaml", line: 1, column: 1 };
const manifest = (kind: Kind, namespace?: string) => ({
  kind,
  object: { apiVersion: "x", kind: kind.kind, metadata: { name: "a", ...(namespace && { namespace }) } },
  position,
  positionOf: () => ({ ...position, line: 3 }),
});
const Role: Kind = { ...ConfigMap, group: "rbac.authorization.k8s.io", kind: "Role", plural: "roles" };

describe("a GitSync without a ServiceAccount", () => {
  it("may bring what belongs to a fleet, in its own namespace", () => {
    const manifests = [ConfigMap, Secret, NodeGroup].map((kind) => manifest(kind, "lab"));
    expect(beyondNamespace(manifests, "lab")).toEqual([]);
  });

  it.each([
    [manifest(ConfigMap, "other"), "a.yaml:3:1: metadata.namespace: is other, and the GitSync is in lab"],
    [manifest(Node), "a.yaml:1:1: kind: Node needs spec.serviceAccountName"],
    [manifest(Namespace), "a.yaml:1:1: kind: Namespace needs"],
    [manifest(GitSync, "lab"), "a.yaml:1:1: kind: GitSync needs"],
    [manifest(Role, "lab"), "a.yaml:1:1: kind: Role needs"],
  ])("may not gain rights by %j", (given, words) => {
    expect(beyondNamespace([given], "lab").map(problemText)).toEqual([expect.stringContaining(words)]);
  });
});
