import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import type { User } from "../../../controller/apiserver/user.ts";
import { type Answer, Asker, admin, testServer } from "../../support/api-server.ts";
import { binding, clusterRole, rbacUrls } from "../../support/rbac.ts";

const authorization = "/apis/authorization.k8s.io/v1";
const authentication = "/apis/authentication.k8s.io/v1";
const pods = { verb: "get", resource: "pods" };
const podsInDefault = { ...pods, namespace: "default" };
const bySelf = 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "bob"';
const missing =
  '[clusterrole.rbac.authorization.k8s.io "nopec" not found, role.rbac.authorization.k8s.io "nope" not found]';

function user(name: string): User {
  return { name, groups: ["system:authenticated"] };
}

/** The answers are those of kube-apiserver 1.34. */
describe("reviews", () => {
  let server: ApiServer;
  const as = (who: User) => new Asker(inProcessTransport(server, who));

  beforeAll(async () => {
    server = await testServer();
    const ask = as(admin);
    await ask.post(
      rbacUrls.clusterRoles,
      clusterRole("reader", [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]),
    );
    for (const [kind, name, role, subject] of [
      ["ClusterRoleBinding", "readers", "ClusterRole/reader", "User/bob"],
      ["ClusterRoleBinding", "dang", "ClusterRole/nopec", "User/dan"],
      ["RoleBinding", "dang", "Role/nope", "User/dan"],
    ] as const) {
      const url = kind === "RoleBinding" ? rbacUrls.roleBindings : rbacUrls.clusterRoleBindings;
      await ask.post(url, binding(kind, name, role, [subject]));
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const verdict = ({ status, json }: Answer) => (status === 201 ? json.status : `${status} ${json.message}`);

  it.each<readonly [string, object]>([
    ["admin", { allowed: true }],
    ["bob", { allowed: true, reason: bySelf }],
    ["nobody", { allowed: false }],
    ["dan", { allowed: false, reason: `RBAC: ${missing}` }],
  ])("SelfSubjectAccessReview tells %s what they may do", async (name, status) => {
    const who = name === "admin" ? admin : user(name);
    const spec = { resourceAttributes: podsInDefault };
    const { json } = await as(who).post(`${authorization}/selfsubjectaccessreviews`, { spec });
    expect(json).toEqual({
      kind: "SelfSubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1",
      metadata: {},
      spec,
      status,
    });
  });

  it("SelfSubjectAccessReview knows paths", async () => {
    const spec = { nonResourceAttributes: { path: "/version", verb: "get" } };
    const answer = await as(user("nobody")).post(`${authorization}/selfsubjectaccessreviews`, { spec });
    expect(verdict(answer)).toMatchObject({ allowed: true, reason: expect.stringContaining("system:authenticated") });
  });

  it.each<readonly [string, object, string]>([
    [
      "selfsubjectaccessreviews",
      {},
      "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
    ],
    [
      "selfsubjectaccessreviews",
      { resourceAttributes: pods, nonResourceAttributes: { path: "/x", verb: "get" } },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes',
    ],
    [
      "subjectaccessreviews",
      { resourceAttributes: pods },
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      "namespaces/default/localsubjectaccessreviews",
      { user: "bob", resourceAttributes: pods },
      'spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace',
    ],
    [
      "namespaces/default/localsubjectaccessreviews",
      { user: "bob", nonResourceAttributes: { path: "/x", verb: "get" } },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: disallowed on this kind of request',
    ],
  ])("%s refuse %j", async (path, spec, said) => {
    const { status, json } = await as(admin).post(`${authorization}/${path}`, { spec });
    expect([status, json.message.replace(/^.*? is invalid: /, "")]).toEqual([422, said]);
  });

  it("SubjectAccessReview takes groups as they are named", async () => {
    const ask = (spec: object) => as(admin).post(`${authorization}/subjectaccessreviews`, { spec });
    expect(verdict(await ask({ user: "bob", resourceAttributes: pods }))).toEqual({ allowed: true, reason: bySelf });
    const spec = { groups: ["system:masters"], uid: "x", extra: { a: ["b"] }, resourceAttributes: pods };
    const { json } = await ask(spec);
    expect([json.spec, json.status]).toEqual([spec, { allowed: true }]);
    const unknown = { user: "eve", nonResourceAttributes: { path: "/api", verb: "get" } };
    expect(verdict(await ask(unknown))).toEqual({ allowed: false });
    expect(verdict(await ask({ ...unknown, groups: ["system:authenticated"] }))).toMatchObject({ allowed: true });
  });

  it("LocalSubjectAccessReview answers within its namespace", async () => {
    const url = `${authorization}/namespaces/default/localsubjectaccessreviews`;
    const spec = { user: "bob", resourceAttributes: podsInDefault };
    expect(verdict(await as(admin).post(url, { spec }))).toEqual({ allowed: true, reason: bySelf });
    const elsewhere = await as(admin).post(url, { metadata: { namespace: "other" }, spec });
    expect(verdict(elsewhere)).toBe(
      "400 the namespace of the provided object does not match the namespace sent on the request",
    );
  });

  it("SelfSubjectRulesReview lists what holds in a namespace", async () => {
    const url = `${authorization}/selfsubjectrulesreviews`;
    expect(verdict(await as(user("bob")).post(url, {}))).toBe("400 no namespace on request");
    const spec = { namespace: "default" };
    const { resourceRules, nonResourceRules, incomplete } = verdict(await as(user("bob")).post(url, { spec }));
    expect(resourceRules).toEqual([
      { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
      {
        verbs: ["create"],
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      },
      { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
    ]);
    expect(nonResourceRules.length).toBe(2);
    expect(incomplete).toBe(false);
    expect(verdict(await as(user("dan")).post(url, { spec })).evaluationError).toBe(missing);
  });

  it("SelfSubjectReview says who asks", async () => {
    const who = { name: "bob", uid: "u-1", groups: ["a", "system:authenticated"], extra: { k: ["v"] } };
    expect(verdict(await as(who).post(`${authentication}/selfsubjectreviews`, {}))).toEqual({
      userInfo: { username: "bob", uid: "u-1", groups: ["a", "system:authenticated"], extra: { k: ["v"] } },
    });
  });

  it("are posted, and nothing else", async () => {
    const url = `${authorization}/selfsubjectaccessreviews`;
    expect((await as(admin).get(url)).status).toBe(405);
    expect((await as(admin).get(`${url}/x`)).status).toBe(405);
    expect((await as(admin).delete(url)).status).toBe(405);
    const strict = await as(admin).post(`${url}?fieldValidation=Strict`, {
      spec: { foo: 1, resourceAttributes: pods },
    });
    expect(verdict(strict)).toBe(
      '400 SelfSubjectAccessReview in version "v1" cannot be handled as a SelfSubjectAccessReview: strict decoding error: unknown field "spec.foo"',
    );
  });
});

describe("tokens of service accounts", () => {
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  const tokenReviews = `${authentication}/tokenreviews`;
  let server: ApiServer;
  let ask: Asker;
  let uid: string;
  beforeAll(async () => {
    server = await testServer();
    ask = new Asker(inProcessTransport(server, admin));
    uid = (await ask.post(accounts, { metadata: { name: "sa1" } })).json.metadata.uid;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("are made by a POST to the account, and known by a TokenReview", async () => {
    const made = await ask.post(`${accounts}/sa1/token`, { spec: { expirationSeconds: 601 } });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: "sa1", namespace: "default", uid },
      spec: { audiences: ["https://kubernetes.default.svc"], expirationSeconds: 601 },
    });
    const { token, expirationTimestamp } = made.json.status;
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
    expect(claims).toMatchObject({
      aud: ["https://kubernetes.default.svc"],
      iss: "https://kubernetes.default.svc",
      sub: "system:serviceaccount:default:sa1",
      exp: claims.iat + 601,
      "kubernetes.io": { namespace: "default", serviceaccount: { name: "sa1", uid } },
    });
    expect(Date.parse(expirationTimestamp) / 1000).toBe(claims.exp);
    const { json } = await ask.post(tokenReviews, { spec: { token } });
    expect(json.status).toMatchObject({
      authenticated: true,
      user: {
        username: "system:serviceaccount:default:sa1",
        uid,
        groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      },
      audiences: ["https://kubernetes.default.svc"],
    });
    const foreign = await ask.post(tokenReviews, { spec: { token, audiences: ["foo"] } });
    expect(foreign.json.status).toEqual({ user: {}, error: "invalid bearer token" });
  });

  it.each<readonly [string, object, number, string]>([
    [
      "sa1",
      { spec: { expirationSeconds: 10 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
    ],
    [
      "sa1",
      { spec: { expirationSeconds: 9999999999 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 9999999999: may not specify a duration larger than 2^32 seconds',
    ],
    ["nope", {}, 404, 'serviceaccounts "nope" not found'],
    [
      "sa1",
      { metadata: { name: "other" } },
      422,
      'TokenRequest.authentication.k8s.io "sa1" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified',
    ],
    [
      "sa1",
      { metadata: { name: "sa1", namespace: "other" } },
      400,
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
    ["sa1", { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "x" } } }, 404, 'pods "x" not found'],
    [
      "sa1",
      { spec: { boundObjectRef: { kind: "Foo", apiVersion: "v1", name: "x" } } },
      400,
      "cannot bind token to object of type /v1, Kind=Foo",
    ],
    [
      "sa1",
      { spec: { boundObjectRef: { kind: "Secret", apiVersion: "v1", name: "x" } } },
      404,
      'secrets "x" not found',
    ],
  ])("are refused to %s for %j", async (account, body, status, message) => {
    const answer = await ask.post(`${accounts}/${account}/token`, body);
    expect([answer.status, answer.json.message]).toEqual([status, message]);
  });

  it("can be bound to a Secret, of the UID that is named", async () => {
    const secrets = "/api/v1/namespaces/default/secrets";
    const { json } = await ask.post(secrets, { metadata: { name: "bound" } });
    const bind = (fields: object) => {
      const boundObjectRef = { kind: "Secret", apiVersion: "v1", name: "bound", ...fields };
      return ask.post(`${accounts}/sa1/token`, { spec: { boundObjectRef } });
    };
    expect((await bind({ uid: "another" })).status).toBe(409);
    const { token } = (await bind({ uid: json.metadata.uid })).json.status;
    const isKnown = async () => (await ask.post(tokenReviews, { spec: { token } })).json.status.authenticated === true;
    expect(await isKnown()).toBe(true);
    await ask.delete(`${secrets}/bound`);
    expect(await isKnown()).toBe(false);
  });

  it("last a year at the most, and the answer says so", async () => {
    const { json } = await ask.post(`${accounts}/sa1/token`, { spec: { expirationSeconds: 2 ** 31 } });
    expect(json.spec.expirationSeconds).toBe(365 * 86_400);
  });

  it("are asked for with POST, and a review needs one", async () => {
    expect((await ask.get(`${accounts}/sa1/token`)).status).toBe(405);
    expect((await ask.get(`${accounts}/sa1/nothing`)).status).toBe(404);
    const empty = await ask.post(tokenReviews, {});
    expect([empty.status, empty.json.message]).toEqual([400, "token is required for TokenReview in authentication"]);
    expect((await ask.post(tokenReviews, { spec: { token: "abc" } })).json.status).toEqual({
      user: {},
      error: "invalid bearer token",
    });
  });
});
