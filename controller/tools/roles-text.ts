import { stringify } from "yaml";
import { controllerRules, remoteNamespaceRules, remoteRules, sporedName } from "../api/controller-rules.ts";
import type { PolicyRule } from "../api/policy-rule.ts";

const head = "# Generated from controller/api/controller-rules.ts by `npm run gen`. Do not edit.\n";

/** The roles of a `spored` that works on a Kubernetes cluster, as `manifests/kubernetes/roles.yaml`. */
export function rolesText(): string {
  const documents = [
    role("ClusterRole", { name: sporedName }, [...controllerRules, ...remoteRules]),
    role("Role", { name: sporedName, namespace: "spore-system" }, remoteNamespaceRules),
  ];
  return head + documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join("---\n");
}

function role(kind: string, metadata: Readonly<Record<string, string>>, rules: readonly PolicyRule[]): object {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata, rules };
}
