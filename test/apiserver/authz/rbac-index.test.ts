import { describe, expect, it } from "vitest";
import { attributesOf } from "../../../controller/apiserver/authz/attributes.ts";
import { RbacIndex } from "../../../controller/apiserver/authz/rbac-index.ts";
import { readRequestInfo } from "../../../controller/apiserver/request-info.ts";
import type { User } from "../../../controller/apiserver/user.ts";
import type { JsonObject } from "../../../controller/base/json.ts";
import { binding, clusterRole, role } from "../../support/rbac.ts";

function indexOf(...objects: readonly (JsonObject & { readonly namespace?: string })[]): RbacIndex {
  const index = new RbacIndex();
  for (const { namespace = "", ...object } of objects) index.put(addressOf(object, namespace), object);
  return index;
}

function addressOf({ kind, metadata }: JsonObject, namespace: string) {
  const plural = `${String(kind).toLowerCase()}s`;
  return { plural, namespace, name: String(Object(metadata).name) };
}

function user(name: string, ...groups: readonly string[]): User {
  return { name, groups };
}

/** `allowed` with the reason, or `refused` with it. */
function verdict(index: RbacIndex, who: User, request: string): string {
  const [method = "", url = ""] = request.split(" ");
  const { pathname, searchParams } = new URL(url, "http://x");
  const decision = index.decide(who, attributesOf(readRequestInfo(method, pathname, searchParams), searchParams));
  return `${decision.allowed ? "allowed" : "refused"} ${decision.reason()}`.trim();
}

const pods = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
const inDefault = "/api/v1/namespaces/default";

describe("RbacIndex", () => {
  it("grants nothing without bindings, and everything to system:masters", () => {
    const index = indexOf(clusterRole("all", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]));
    expect(verdict(index, user("bob"), `GET ${inDefault}/pods`)).toBe("refused");
    expect(verdict(index, user("bob", "system:masters"), "DELETE /anything")).toBe("allowed");
    expect(verdict(index, user("system:masters"), `GET ${inDefault}/pods`)).toBe("refused");
  });

  it("says why in the words of kube-apiserver", () => {
    const index = indexOf(
      clusterRole("reader", [pods]),
      binding("ClusterRoleBinding", "readers", "ClusterRole/reader", ["User/bob", "Group/ops"]),
      { ...binding("RoleBinding", "local", "ClusterRole/reader", ["ServiceAccount/ci/bot"]), namespace: "default" },
    );
    const ask = (who: User) => verdict(index, who, `GET ${inDefault}/pods/x`);
    expect(ask(user("bob"))).toBe(
      'allowed RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "bob"',
    );
    expect(ask(user("eve", "ops"))).toBe(
      'allowed RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to Group "ops"',
    );
    expect(ask(user("system:serviceaccount:ci:bot"))).toBe(
      'allowed RBAC: allowed by RoleBinding "local/default" of ClusterRole "reader" to ServiceAccount "bot/ci"',
    );
    expect(ask(user("ops"))).toBe("refused");
  });

  it("names bindings whose role is missing, those of the cluster first", () => {
    const index = indexOf(
      { ...binding("RoleBinding", "dang", "Role/nope", ["User/dan"]), namespace: "default" },
      binding("ClusterRoleBinding", "dang", "ClusterRole/nopec", ["User/dan"]),
    );
    const missing = 'clusterrole.rbac.authorization.k8s.io "nopec" not found';
    expect(verdict(index, user("dan"), "GET /api/v1/pods")).toBe(`refused RBAC: ${missing}`);
    expect(verdict(index, user("dan"), `GET ${inDefault}/pods`)).toBe(
      `refused RBAC: [${missing}, role.rbac.authorization.k8s.io "nope" not found]`,
    );
  });

  it("forgets what was removed, at once and for a user it knows already", () => {
    const granting = binding("ClusterRoleBinding", "b", "ClusterRole/reader", ["User/bob"]);
    const index = indexOf(clusterRole("reader", [pods]), granting);
    const bob = user("bob");
    expect(verdict(index, bob, "GET /api/v1/pods")).toContain("allowed");
    index.put(addressOf(granting, ""), binding("ClusterRoleBinding", "b", "ClusterRole/reader", ["User/eve"]));
    expect(verdict(index, bob, "GET /api/v1/pods")).toBe("refused");
    expect(verdict(index, user("eve"), "GET /api/v1/pods")).toContain("allowed");
    index.remove({ plural: "clusterroles", namespace: "", name: "reader" });
    expect(verdict(index, user("eve"), "GET /api/v1/pods")).toContain("not found");
    index.remove(addressOf(granting, ""));
    expect(verdict(index, user("eve"), "GET /api/v1/pods")).toBe("refused");
  });

  it("keeps a Role to its namespace, also from a ClusterRoleBinding that names one", () => {
    const index = indexOf(
      { ...role("r", [pods]), namespace: "default" },
      { ...binding("RoleBinding", "b", "Role/r", ["User/bob"]), namespace: "other" },
      binding("ClusterRoleBinding", "b", "Role/r", ["User/bob"]),
    );
    expect(verdict(index, user("bob"), `GET ${inDefault}/pods`)).toContain("refused");
    expect(verdict(index, user("bob"), "GET /api/v1/namespaces/other/pods")).toContain("refused");
  });
});

/** One rule, one request, and whether it is allowed. */
const cases: readonly (readonly [JsonObject, string, boolean])[] = [
  [pods, `GET ${inDefault}/pods`, true],
  [pods, `GET ${inDefault}/pods/x`, true],
  [pods, "GET /api/v1/pods", true],
  [pods, `GET ${inDefault}/pods?watch=1`, false],
  [pods, `GET ${inDefault}/pods/x/status`, false],
  [pods, "GET /apis/apps/v1/pods", false],
  [pods, `DELETE ${inDefault}/pods`, false],
  [{ ...pods, resources: ["pods/status"] }, `GET ${inDefault}/pods/x/status`, true],
  [{ ...pods, resources: ["pods/status"] }, `GET ${inDefault}/pods/x`, false],
  [{ ...pods, resources: ["*/status"] }, `GET ${inDefault}/pods/x/status`, true],
  [{ ...pods, resources: ["*/status"] }, `GET ${inDefault}/pods/x/scale`, false],
  [{ ...pods, resources: ["pods/*"] }, `GET ${inDefault}/pods/x/status`, false],
  [{ ...pods, resources: ["*"] }, `GET ${inDefault}/pods/x/status`, true],
  [{ ...pods, apiGroups: ["*"] }, "GET /apis/a.b/v1/pods", true],
  [{ ...pods, apiGroups: [] }, `GET ${inDefault}/pods`, false],
  [{ ...pods, verbs: ["*"] }, `DELETE ${inDefault}/pods`, true],
  [{ ...pods, verbs: ["delete"] }, `DELETE ${inDefault}/pods`, false],
  [{ ...pods, verbs: ["deletecollection"] }, `DELETE ${inDefault}/pods`, true],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods/x`, true],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods/y`, false],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods`, false],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods?fieldSelector=metadata.name%3Dx`, true],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods?fieldSelector=metadata.name%3D%3Dx`, true],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods?fieldSelector=metadata.name%21%3Dx`, false],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods?fieldSelector=metadata.name%3Dy`, false],
  [{ ...pods, resourceNames: ["x"] }, `GET ${inDefault}/pods?fieldSelector=metadata.name`, false],
  [{ ...pods, verbs: ["create"], resourceNames: ["x"] }, `POST ${inDefault}/pods`, false],
  [
    { ...pods, verbs: ["create"], resourceNames: ["x"] },
    `POST ${inDefault}/pods?fieldSelector=metadata.name%3Dx`,
    false,
  ],
  [
    { ...pods, verbs: ["deletecollection"], resourceNames: ["x"] },
    `DELETE ${inDefault}/pods?fieldSelector=metadata.name%3Dx`,
    false,
  ],
  [{ verbs: ["get"], nonResourceURLs: ["/metrics"] }, "GET /metrics", true],
  [{ verbs: ["get"], nonResourceURLs: ["/metrics"] }, "GET /metrics/", true],
  [{ verbs: ["get"], nonResourceURLs: ["/metrics"] }, "GET /metrics/slis", false],
  [{ verbs: ["get"], nonResourceURLs: ["/metrics"] }, "PUT /metrics", false],
  [{ verbs: ["get"], nonResourceURLs: ["/artifacts/*"] }, "GET /artifacts/sha256/a", true],
  [{ verbs: ["get"], nonResourceURLs: ["/artifacts/*"] }, "GET /artifacts", false],
  [{ verbs: ["get"], nonResourceURLs: ["/artifacts/*"] }, "GET /artifacts%2Fx", false],
  [{ verbs: ["get"], nonResourceURLs: ["*"] }, "GET /anything", true],
  [{ verbs: ["*"], nonResourceURLs: ["*"] }, `GET ${inDefault}/pods`, false],
  [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }, "GET /metrics", false],
  [{ apiGroups: [""], resources: ["namespaces"], verbs: ["get"] }, "GET /api/v1/namespaces/default", true],
  [{}, `GET ${inDefault}/pods`, false],
];

describe("a rule", () => {
  it.each(cases)("%j: %s is allowed: %s", (rule, request, allowed) => {
    const index = indexOf(clusterRole("r", [rule]), binding("ClusterRoleBinding", "b", "ClusterRole/r", ["User/bob"]));
    expect(index.decide(user("bob"), wanted(request)).allowed).toBe(allowed);
  });

  it("in a namespace lets one read that namespace itself", () => {
    const rule = { apiGroups: [""], resources: ["namespaces", "namespaces/status"], verbs: ["get"] };
    const index = indexOf(clusterRole("r", [rule]), {
      ...binding("RoleBinding", "b", "ClusterRole/r", ["User/bob"]),
      namespace: "lab",
    });
    const ask = (request: string) => index.decide(user("bob"), wanted(request)).allowed;
    expect(ask("GET /api/v1/namespaces/lab")).toBe(true);
    expect(ask("GET /api/v1/namespaces/lab/status")).toBe(true);
    expect(ask("GET /api/v1/namespaces/other")).toBe(false);
    expect(ask("GET /api/v1/namespaces")).toBe(false);
  });
});

function wanted(request: string) {
  const [method = "", url = ""] = request.split(" ");
  const { pathname, searchParams } = new URL(url, "http://x");
  return attributesOf(readRequestInfo(method, pathname, searchParams), searchParams);
}
