import { describe, expect, it } from "vitest";
import { forbidden, mayDo } from "../../controller/apiserver/authorize.ts";
import { readRequestInfo } from "../../controller/apiserver/request-info.ts";
import { anonymous, controllers, type User } from "../../controller/apiserver/user.ts";
import { admin } from "../support/api-server.ts";

const somebody: User = { name: "alice", groups: ["system:authenticated"] };
const impostor: User = { name: "system:masters", groups: ["system:authenticated"] };
const spore = "/apis/spore.dev/v1alpha1";
const inDefault = "namespaces/default";

function verdict(user: User, request: string): boolean {
  const [method = "", url = ""] = request.split(" ");
  const { pathname, searchParams } = new URL(url, "http://x");
  return mayDo(user, readRequestInfo(method, pathname, searchParams));
}

describe("mayDo", () => {
  it.each([
    `GET ${spore}/nodes`,
    `GET ${spore}/nodes?watch=1`,
    `POST ${spore}/nodes`,
    `PATCH ${spore}/nodes/a`,
    `PATCH ${spore}/nodes/a/status`,
    `DELETE ${spore}/nodes/a`,
    `PATCH ${spore}/${inDefault}/nodegroups/g/status`,
    `POST ${spore}/${inDefault}/nodegrouprevisions`,
    `GET /api/v1/secrets`,
    `POST /api/v1/${inDefault}/secrets`,
    `DELETE /api/v1/${inDefault}/secrets/s`,
    `POST /api/v1/${inDefault}/events`,
    `PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/l`,
    `GET /apis/live.spore.dev/v1alpha1/livenodes`,
    `GET /artifacts/sha256/${"a".repeat(64)}`,
    "GET /version",
    "GET /apis",
  ])("lets the controllers %s", (request) => {
    expect(verdict(controllers, request)).toBe(true);
  });

  it.each([
    `DELETE ${spore}/nodes`,
    `POST ${spore}/${inDefault}/nodegroups`,
    `POST ${spore}/${inDefault}/firmwares`,
    `PUT ${spore}/${inDefault}/nodegrouprevisions/r`,
    `PUT /api/v1/${inDefault}/secrets/s`,
    `POST /api/v1/${inDefault}/configmaps`,
    "POST /api/v1/namespaces",
    "DELETE /api/v1/namespaces/lab",
    "PATCH /api/v1/namespaces/lab",
    "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    `POST /apis/rbac.authorization.k8s.io/v1/clusterroles`,
    `PUT /artifacts/sha256/${"a".repeat(64)}`,
    "GET /metrics",
  ])("does not let the controllers %s", (request) => {
    expect(verdict(controllers, request)).toBe(false);
    expect(verdict(admin, request)).toBe(true);
  });

  it.each([`GET ${spore}/nodes`, `GET /api/v1/secrets`, "GET /metrics", `GET /artifacts/sha256/${"a".repeat(64)}`])(
    "lets nobody else %s",
    (request) => {
      expect([anonymous, somebody, impostor].map((user) => verdict(user, request))).toEqual([false, false, false]);
    },
  );

  it("lets everybody ask for health and version, and the known ask what there is", () => {
    for (const path of ["/version", "/healthz", "/livez", "/readyz", "/readyz/store"]) {
      expect(verdict(anonymous, `GET ${path}`)).toBe(true);
    }
    expect(verdict(anonymous, "POST /version")).toBe(false);
    for (const path of ["/api", "/apis/spore.dev/v1alpha1", "/openapi/v3"]) {
      expect([verdict(anonymous, `GET ${path}`), verdict(somebody, `GET ${path}`)]).toEqual([false, true]);
    }
  });
});

describe("forbidden", () => {
  it.each([
    [
      `GET ${spore}/${inDefault}/nodegroups/g`,
      'nodegroups.spore.dev "g" is forbidden: User "alice" cannot get resource "nodegroups" in API group "spore.dev" in the namespace "default"',
    ],
    [
      `GET ${spore}/nodes`,
      'nodes.spore.dev is forbidden: User "alice" cannot list resource "nodes" in API group "spore.dev" at the cluster scope',
    ],
    [
      `PATCH ${spore}/nodes/a/status`,
      'nodes.spore.dev "a" is forbidden: User "alice" cannot patch resource "nodes/status" in API group "spore.dev" at the cluster scope',
    ],
    ["GET /metrics", 'forbidden: User "alice" cannot get path "/metrics"'],
  ])("says of %s what Kubernetes says", (request, message) => {
    const [method = "", url = ""] = request.split(" ");
    const error = forbidden(somebody, readRequestInfo(method, url, new URLSearchParams()));
    expect([error.code, error.message]).toEqual(["SPORE_FORBIDDEN", message]);
  });
});
