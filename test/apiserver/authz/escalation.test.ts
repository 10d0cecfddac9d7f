import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import type { JsonObject } from "../../../controller/base/json.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { binding, clusterRole, rbacUrls, role } from "../../support/rbac.ts";

/** Bob may write roles and bindings, and holds little else. The answers are those of kube-apiserver 1.34. */
const bobs: readonly JsonObject[] = [
  {
    verbs: ["get", "create", "update", "patch", "delete"],
    apiGroups: ["rbac.authorization.k8s.io"],
    resources: ["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
  },
  { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
  { verbs: ["create"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["a"] },
];
const attempt =
  'user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n';

describe("whoever writes roles", () => {
  let server: ApiServer;
  let asAdmin: Asker;
  let asBob: Asker;

  beforeAll(async () => {
    server = await testServer();
    asAdmin = new Asker(inProcessTransport(server, admin));
    asBob = new Asker(inProcessTransport(server, { name: "bob", groups: ["system:authenticated"] }));
    await asAdmin.post(rbacUrls.clusterRoles, clusterRole("rolemaker", bobs));
    const bound = binding("ClusterRoleBinding", "rolemaker", "ClusterRole/rolemaker", ["User/bob"]);
    await asAdmin.post(rbacUrls.clusterRoleBindings, bound);
    await asAdmin.post(rbacUrls.roles, role("e2", [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] }]));
    await asAdmin.post(rbacUrls.clusterRoles, clusterRole("e3", [{ verbs: ["get"], nonResourceURLs: ["/x", "/y"] }]));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each<readonly [string, readonly JsonObject[]]>([
    ["f1", [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }]],
    [
      "f6",
      [
        { verbs: ["get"], apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"] },
        { verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["q"] },
      ],
    ],
  ])("may grant what they hold (%s)", async (name, rules) => {
    expect((await asBob.post(rbacUrls.clusterRoles, clusterRole(name, rules))).status).toBe(201);
  });

  it.each<readonly [string, readonly JsonObject[], readonly string[]]>([
    [
      "f2",
      [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods", "secrets"] }],
      [
        '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
      ],
    ],
    [
      "f3",
      [
        { verbs: ["get", "list"], apiGroups: ["", "apps"], resources: ["pods"], resourceNames: ["n", "m"] },
        { verbs: ["get"], nonResourceURLs: ["/x", "/y"] },
      ],
      [
        '{APIGroups:[""], Resources:["pods"], ResourceNames:["m"], Verbs:["list"]}',
        '{APIGroups:[""], Resources:["pods"], ResourceNames:["n"], Verbs:["list"]}',
        '{APIGroups:["apps"], Resources:["pods"], ResourceNames:["m"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["pods"], ResourceNames:["n"], Verbs:["get" "list"]}',
        '{NonResourceURLs:["/x"], Verbs:["get"]}',
        '{NonResourceURLs:["/y"], Verbs:["get"]}',
      ],
    ],
    ["f4", [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }], ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}']],
    [
      "f7",
      [
        { verbs: ["get"], apiGroups: [""], resources: ["pods/status"] },
        { verbs: ["delete", "create"], apiGroups: [""], resources: ["configmaps"] },
      ],
      [
        '{APIGroups:[""], Resources:["configmaps"], Verbs:["delete" "create"]}',
        '{APIGroups:[""], Resources:["pods/status"], Verbs:["get"]}',
      ],
    ],
  ])("may not grant what they do not hold (%s)", async (name, rules, missing) => {
    const { status, json } = await asBob.post(rbacUrls.clusterRoles, clusterRole(name, rules));
    const said = `clusterroles.rbac.authorization.k8s.io "${name}" is forbidden: ${attempt}${missing.join("\n")}`;
    expect([status, json.message]).toEqual([403, said]);
    expect(json.details).toEqual({ name, group: "rbac.authorization.k8s.io", kind: "clusterroles" });
  });

  it("may gather other roles only as somebody who may do everything", async () => {
    const gathering = {
      ...clusterRole("f5", []),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
    };
    const { status, json } = await asBob.post(rbacUrls.clusterRoles, gathering);
    const said =
      'clusterroles.rbac.authorization.k8s.io "f5" is forbidden: must have cluster-admin privileges to use the aggregationRule';
    expect([status, json.message]).toEqual([403, said]);
    expect((await asAdmin.post(rbacUrls.clusterRoles, gathering)).status).toBe(201);
    expect((await asBob.merge(`${rbacUrls.clusterRoles}/f5`, { aggregationRule: null })).status).toBe(403);
  });

  it("may not change a role that holds more than they do, not even its labels", async () => {
    const { status, json } = await asBob.merge(`${rbacUrls.roles}/e2`, { metadata: { labels: { a: "b" } } });
    expect([status, json.message.split("\n")[1]]).toEqual([
      403,
      '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
    ]);
    const collected = await asBob.merge(`${rbacUrls.roles}/e2`, { metadata: { finalizers: ["a.b/c"] } });
    expect(collected.status).toBe(200);
    await asAdmin.merge(`${rbacUrls.roles}/e2`, { metadata: { finalizers: null } });
  });

  it("may bind a role that grants no more than they hold", async () => {
    await asAdmin.post(rbacUrls.roles, role("small", [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }]));
    const small = binding("RoleBinding", "g2", "Role/small", ["User/x"]);
    expect((await asBob.post(rbacUrls.roleBindings, small)).status).toBe(201);
    const large = await asBob.post(rbacUrls.roleBindings, binding("RoleBinding", "g1", "Role/e2", ["User/x"]));
    expect([large.status, large.json.message]).toEqual([
      403,
      `rolebindings.rbac.authorization.k8s.io "g1" is forbidden: ${attempt}{APIGroups:[""], Resources:["pods"], Verbs:["list"]}`,
    ]);
  });

  it("is told of a role that is not there, as kube-apiserver says it", async () => {
    const bound = binding("RoleBinding", "g3", "Role/nope", ["User/x"]);
    const { status, json } = await asBob.post(rbacUrls.roleBindings, bound);
    expect([status, json.message]).toEqual([404, 'rolebindings.rbac.authorization.k8s.io "nope" not found']);
    const wide = binding("ClusterRoleBinding", "g4", "ClusterRole/nope", ["User/x"]);
    const second = await asBob.post(rbacUrls.clusterRoleBindings, wide);
    expect([second.status, second.json.message]).toEqual([
      404,
      'clusterrolebindings.rbac.authorization.k8s.io "nope" not found',
    ]);
    expect((await asAdmin.post(rbacUrls.clusterRoleBindings, wide)).status).toBe(201);
  });

  it("may do more with the verbs escalate and bind", async () => {
    const group = "rbac.authorization.k8s.io";
    const more = [
      { verbs: ["escalate"], apiGroups: [group], resources: ["roles"], resourceNames: ["big"] },
      { verbs: ["bind"], apiGroups: [group], resources: ["clusterroles"], resourceNames: ["e3"] },
    ];
    await asAdmin.post(rbacUrls.clusterRoles, clusterRole("more", more));
    await asAdmin.post(
      rbacUrls.clusterRoleBindings,
      binding("ClusterRoleBinding", "more", "ClusterRole/more", ["User/bob"]),
    );
    const everything = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
    expect((await asBob.post(rbacUrls.roles, role("big", everything))).status).toBe(201);
    expect((await asBob.post(rbacUrls.roles, role("bigger", everything))).status).toBe(403);
    const bindE3 = binding("ClusterRoleBinding", "g5", "ClusterRole/e3", ["User/x"]);
    expect((await asBob.post(rbacUrls.clusterRoleBindings, bindE3)).status).toBe(201);
    const bindBig = binding("RoleBinding", "g6", "Role/big", ["User/x"]);
    expect((await asBob.post(rbacUrls.roleBindings, bindBig)).status).toBe(403);
  });
});
