import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { readImpersonation } from "../../../controller/apiserver/authn/impersonation.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { anonymous, type User } from "../../../controller/apiserver/user.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { binding, clusterRole, rbacUrls } from "../../support/rbac.ts";

const reviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const carol: User = { name: "carol", groups: ["system:authenticated"] };

describe("impersonation", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await testServer();
    const ask = new Asker(inProcessTransport(server, admin));
    const rules = [
      { verbs: ["impersonate"], apiGroups: [""], resources: ["users"], resourceNames: ["jane"] },
      { verbs: ["impersonate"], apiGroups: [""], resources: ["serviceaccounts"] },
    ];
    await ask.post(rbacUrls.clusterRoles, clusterRole("imp", rules));
    await ask.post(
      rbacUrls.clusterRoleBindings,
      binding("ClusterRoleBinding", "imp", "ClusterRole/imp", ["User/carol"]),
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** What `user` is told who they are when they send these headers. */
  const asking = async (user: User, ...headers: readonly string[]) => {
    const raw = headers.flatMap((header) => {
      const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(header) ?? [];
      return [name, value];
    });
    const impersonation = readImpersonation(raw);
    const ask = new Asker((request) => server.handle(request, user, impersonation));
    const { status, json } = await ask.post(reviews, {});
    return status === 201 ? json.status.userInfo : `${status} ${json.message}`;
  };

  it("answers as the user, in the groups that are named and those that follow", async () => {
    const headers = [
      "Impersonate-User: u",
      "Impersonate-Group: g1",
      "Impersonate-Group: g2, g3",
      "Impersonate-Uid: 99",
    ];
    const extra = ["Impersonate-Extra-Acme.com%2Fproj: a", "impersonate-extra-acme.com%2Fproj: b"];
    expect(await asking(admin, ...headers, ...extra)).toEqual({
      username: "u",
      uid: "99",
      groups: ["g1", "g2, g3", "system:authenticated"],
      extra: { "acme.com/proj": ["a", "b"] },
    });
    expect(await asking(admin, "Impersonate-User: u", "Impersonate-Group: system:authenticated")).toEqual({
      username: "u",
      groups: ["system:authenticated"],
    });
  });

  it("gives a service account its groups", async () => {
    expect(await asking(admin, "Impersonate-User: system:serviceaccount:ns1:sa1")).toEqual({
      username: "system:serviceaccount:ns1:sa1",
      groups: ["system:serviceaccounts", "system:serviceaccounts:ns1", "system:authenticated"],
    });
    expect(await asking(admin, "Impersonate-User: system:serviceaccount:ns1")).toEqual({
      username: "system:serviceaccount:ns1",
      groups: ["system:authenticated"],
    });
  });

  it.each([
    [
      ["Impersonate-User: bob"],
      '403 users "bob" is forbidden: User "carol" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      ["Impersonate-User: jane", "Impersonate-Group: g1"],
      '403 groups "g1" is forbidden: User "carol" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      ["Impersonate-User: jane", "Impersonate-Group: system:masters"],
      '403 groups "system:masters" is forbidden: User "carol" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      ["Impersonate-User: jane", "Impersonate-Uid: 7"],
      '403 uids.authentication.k8s.io "7" is forbidden: User "carol" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      ["Impersonate-User: jane", "Impersonate-Extra-Scopes: 7"],
      '403 userextras.authentication.k8s.io "7" is forbidden: User "carol" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
    ],
  ])("needs the verb impersonate on each part: %j", async (headers, said) => {
    expect(await asking(carol, ...headers)).toBe(said);
  });

  it("is limited to the names and kinds that a role gives", async () => {
    expect(await asking(carol, "Impersonate-User: jane")).toMatchObject({ username: "jane" });
    expect(await asking(carol, "Impersonate-User: system:serviceaccount:a:b")).toMatchObject({
      username: "system:serviceaccount:a:b",
    });
  });

  it("needs somebody to belong to, and one at that", async () => {
    for (const header of ["Impersonate-Group: g", "Impersonate-Uid: 7", "Impersonate-Extra-A: b"]) {
      expect(await asking(admin, header)).toMatch(/^400 .*without impersonating a user/);
    }
    expect(() => readImpersonation(["Impersonate-User", "a", "impersonate-user", "b"])).toThrow("2 times");
    expect(readImpersonation(["Impersonate-User", "", "Accept", "x"])).toBeUndefined();
  });

  it("of somebody unknown is not asked for credentials, which it has", async () => {
    expect(await asking(admin, "Impersonate-User: system:anonymous")).toMatch(/^403 .*User "system:anonymous" cannot/);
    expect(await asking(admin, "Impersonate-User: u", "Impersonate-Group: system:unauthenticated")).toMatch(/^403/);
  });

  it("is nothing that somebody unknown may do", async () => {
    expect(await asking(anonymous, "Impersonate-User: system:anonymous")).toBe("401 Unauthorized");
  });

  it("leaves both names in the log", async () => {
    const heard: object[] = [];
    const log = { ...silentLogger, debug: (facts: object) => void heard.push(facts) };
    await using logging = await testServer({ log });
    const impersonation = readImpersonation(["Impersonate-User", "jane"]);
    await new Asker((request) => logging.handle(request, admin, impersonation)).get("/api");
    expect(heard.at(-1)).toMatchObject({ user: "jane", impersonatedBy: "admin", path: "/api" });
  });
});
