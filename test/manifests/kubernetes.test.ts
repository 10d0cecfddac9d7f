import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { LiveNode } from "../../controller/api/live-node.ts";
import { readConfiguration } from "../../controller/config/read-configuration.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(checkout, "manifests/kubernetes");
const kustomization = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8"));
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");
const objects = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((document) => document.toJS()),
);

// biome-ignore lint/suspicious/noExplicitAny: manifests of all kinds
function object(kind: string, name = "spored"): any {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new TypeError(`there is no ${kind} ${name}`);
  return found;
}

describe("manifests/kubernetes", () => {
  it("are all in the kustomization, and so are the definitions", () => {
    expect([...kustomization.resources].sort()).toEqual(["../../crds", ...files].sort());
    const crds = parse(readFileSync(join(checkout, "crds/Kustomization"), "utf8")).resources;
    const ours = readdirSync(join(checkout, "crds")).filter((name) => name.endsWith(".yaml"));
    expect(crds).toEqual(ours.filter((name) => name !== "git-sync.yaml")); // on a cluster that is for Flux and Argo CD
  });

  it("lie in one namespace, and bind roles that are there to the account of the pod", () => {
    const namespaces = objects.map(({ metadata }) => metadata.namespace).filter((name) => name !== undefined);
    expect(new Set(namespaces)).toEqual(new Set(["spore-system", "kube-system"])); // the latter for one binding
    for (const { kind, roleRef, subjects } of objects.filter(({ kind }) => kind.endsWith("RoleBinding"))) {
      expect(subjects).toEqual([{ kind: "ServiceAccount", name: "spored", namespace: "spore-system" }]);
      const isKubernetes = roleRef.name === "extension-apiserver-authentication-reader";
      if (!isKubernetes) expect(object(roleRef.kind, roleRef.name).rules.length, kind).toBeGreaterThan(0);
    }
    expect(object("Deployment").spec.template.spec.serviceAccountName).toBe(object("ServiceAccount").metadata.name);
  });

  it("give no right to everything, and none to write what people write", () => {
    const rules = [...object("ClusterRole").rules, ...object("Role").rules];
    expect(JSON.stringify(rules)).not.toContain('"*"');
    const may = (group: string, resource: string) =>
      rules
        .filter(({ apiGroups, resources }) => apiGroups.includes(group) && resources.includes(resource))
        .flatMap(({ verbs }) => verbs);
    expect(may("", "configmaps")).toEqual(["list", "watch"]);
    expect(may("spore.dev", "firmwares")).toEqual(["get", "list", "watch"]);
    for (const verb of ["update", "patch", "delete"]) expect(may("", "secrets")).not.toContain(verb);
    expect(may("rbac.authorization.k8s.io", "clusterroles")).toEqual([]);
  });

  it("start spored with flags that it takes, and reach it where it listens", () => {
    const [container] = object("Deployment").spec.template.spec.containers;
    const invocation = readConfiguration(container.args, { SPORED_ADVERTISE_ADDRESS: "10.1.2.3" });
    if (invocation.kind !== "run") throw new TypeError("expected a run");
    expect(invocation.configuration).toMatchObject({
      kubeconfig: "in-cluster",
      lan: true,
      apiBind: "0.0.0.0",
      advertiseAddress: "10.1.2.3",
      dataDir: container.volumeMounts[0].mountPath,
    });
    expect(container.env[0].name).toBe("SPORED_ADVERTISE_ADDRESS");
    expect(container.ports[0].containerPort).toBe(invocation.configuration.apiPort);
    const { service, group, version } = object("APIService", `${LiveNode.version}.${LiveNode.group}`).spec;
    expect([group, version]).toEqual([LiveNode.group, LiveNode.version]);
    const { metadata, spec } = object("Service");
    expect(service).toEqual({ name: metadata.name, namespace: metadata.namespace, port: spec.ports[0].port });
  });

  it("run spored as nobody, who can change nothing but its data", () => {
    const { securityContext: pod, containers, volumes } = object("Deployment").spec.template.spec;
    const [{ securityContext, volumeMounts }] = containers;
    expect(pod).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(volumeMounts.map(({ name }: { name: string }) => name)).toEqual([volumes[0].name]);
    expect(volumes[0].persistentVolumeClaim.claimName).toBe(object("PersistentVolumeClaim").metadata.name);
  });
});
