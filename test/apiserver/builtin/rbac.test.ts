import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { binding, rbacUrls } from "../../support/rbac.ts";

const roleRef = { kind: "Role", name: "a" };
const noVerbs = "rules[0].verbs: Required value: verbs must contain at least one value";
const noGroups = "rules[0].apiGroups: Required value: resource rules must supply at least one api group";
const noResources = "rules[0].resources: Required value: resource rules must supply at least one resource";
const roleKinds = 'supported values: "Role", "ClusterRole"';
const subjectKinds = 'supported values: "ServiceAccount", "User", "Group"';
const ourGroup = 'supported values: "rbac.authorization.k8s.io"';

/** Where it is sent, what is sent, and what kube-apiserver 1.34 says to it. */
const refused: readonly (readonly [keyof typeof rbacUrls, object, string])[] = [
  ["roles", { rules: [{}] }, `[${noVerbs}, ${noGroups}, ${noResources}]`],
  ["roles", { rules: [{ verbs: ["get"] }] }, `[${noGroups}, ${noResources}]`],
  ["roles", { rules: [{ verbs: ["get"], apiGroups: [""] }] }, noResources],
  ["roles", { rules: [{ verbs: ["get"], resources: ["pods"] }] }, noGroups],
  [
    "roles",
    { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
  ],
  [
    "clusterRoles",
    { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"], resources: ["pods"], apiGroups: [""] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
  [
    "clusterRoles",
    { aggregationRule: {} },
    "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil",
  ],
  ["clusterRoles", { metadata: { name: "a:b/c" } }, `metadata.name: Invalid value: "a:b/c": may not contain '/'`],
  ["clusterRoles", { metadata: { name: "A:b_c%" } }, `metadata.name: Invalid value: "A:b_c%": may not contain '%'`],
  ["clusterRoles", { metadata: { name: ".." } }, `metadata.name: Invalid value: "..": may not be '..'`],
  ["roleBindings", { roleRef: { kind: "Role" } }, "roleRef.name: Required value"],
  ["roleBindings", {}, `[roleRef.kind: Unsupported value: "": ${roleKinds}, roleRef.name: Required value]`],
  [
    "roleBindings",
    { roleRef: { kind: "Foo", apiGroup: "x", name: "a/b" }, subjects: [{}] },
    `[roleRef.apiGroup: Unsupported value: "x": ${ourGroup}, roleRef.kind: Unsupported value: "Foo": ${roleKinds}, roleRef.name: Invalid value: "a/b": may not contain '/', subjects[0].name: Required value, subjects[0].kind: Unsupported value: "": ${subjectKinds}]`,
  ],
  [
    "roleBindings",
    {
      roleRef,
      subjects: [{ kind: "User" }, { kind: "Foo", name: "x" }, { kind: "User", name: "x", apiGroup: "wrong" }],
    },
    `[subjects[0].name: Required value, subjects[1].kind: Unsupported value: "Foo": ${subjectKinds}, subjects[2].apiGroup: Unsupported value: "wrong": ${ourGroup}]`,
  ],
  [
    "roleBindings",
    { roleRef, subjects: [{ kind: "ServiceAccount", apiGroup: "x", name: "a", namespace: "" }] },
    'subjects[0].apiGroup: Unsupported value: "x": supported values: ""',
  ],
  [
    "clusterRoleBindings",
    { roleRef, subjects: [{ kind: "ServiceAccount", name: "x" }] },
    '[roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole", subjects[0].namespace: Required value]',
  ],
];

describe("roles and bindings", () => {
  let server: ApiServer;
  let ask: Asker;
  beforeAll(async () => {
    server = await testServer();
    ask = new Asker(inProcessTransport(server, admin));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each(refused)("%s refuse %j", async (collection, fields, causes) => {
    const { status, json } = await ask.post(rbacUrls[collection], { metadata: { name: "a" }, ...fields });
    expect([status, json.message.replace(/^.*? is invalid: /, "")]).toEqual([422, causes]);
  });

  it("may have names that no other kind has", async () => {
    const made = await ask.post(rbacUrls.clusterRoles, { metadata: { name: "system:A_b" }, rules: null });
    expect([made.status, made.json.metadata.name]).toEqual([201, "system:A_b"]);
    expect((await ask.get(`${rbacUrls.clusterRoles}/system:A_b`)).status).toBe(200);
    expect((await ask.get(`${rbacUrls.clusterRoles}/system%3AA_b`)).status).toBe(200);
  });

  it("are completed with the groups that everybody leaves out", async () => {
    const subjects = [
      { kind: "User", name: "x" },
      { kind: "ServiceAccount", name: "x" },
      { kind: "Group", name: "g" },
    ];
    const { json } = await ask.post(`${rbacUrls.roleBindings}?dryRun=All`, {
      metadata: { name: "a" },
      roleRef,
      subjects,
    });
    expect(json.roleRef).toEqual({ apiGroup: "rbac.authorization.k8s.io", ...roleRef });
    expect(json.subjects).toEqual([
      { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "x" },
      { kind: "ServiceAccount", name: "x" },
      { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "g" },
    ]);
  });

  it("keep their role for good", async () => {
    const bound = binding("RoleBinding", "imm", "ClusterRole/view", ["User/x"]);
    await ask.post(rbacUrls.roleBindings, bound);
    const other = await ask.put(`${rbacUrls.roleBindings}/imm`, {
      ...bound,
      roleRef: { kind: "ClusterRole", name: "edit" },
    });
    expect([other.status, other.json.message]).toEqual([
      422,
      'RoleBinding.rbac.authorization.k8s.io "imm" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
    ]);
    const without = await ask.put(`${rbacUrls.roleBindings}/imm`, { ...bound, subjects: undefined });
    expect([without.status, without.json.subjects]).toEqual([200, undefined]);
  });

  it("print as kubectl's users know them", async () => {
    const subjects = ["User/x", "User/y", "Group/g", "ServiceAccount/ci/bot"];
    await ask.post(rbacUrls.roleBindings, binding("RoleBinding", "printed", "ClusterRole/view", subjects));
    const table = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
    const { json } = await ask.get(`${rbacUrls.roleBindings}/printed`, table);
    expect(
      json.columnDefinitions.map(({ name, priority }: { name: string; priority: number }) => [name, priority]),
    ).toEqual([
      ["Name", 0],
      ["Role", 0],
      ["Age", 0],
      ["Users", 1],
      ["Groups", 1],
      ["ServiceAccounts", 1],
    ]);
    expect(json.rows[0].cells.filter((_: unknown, index: number) => index !== 2)).toEqual([
      "printed",
      "ClusterRole/view",
      "x, y",
      "g",
      "ci/bot",
    ]);
  });
});
