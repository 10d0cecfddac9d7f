import { describe, expect, it, onTestFinished } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { aggregated } from "../../../controller/apiserver/authz/role-aggregation.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { controllers, type User } from "../../../controller/apiserver/user.ts";
import { SporeError } from "../../../controller/base/errors.ts";
import type { JsonObject } from "../../../controller/base/json.ts";
import { openMemoryStore } from "../../../controller/store/memory.ts";
import type { Store } from "../../../controller/store/store.ts";
import { Asker, admin, configMap, nodeManifest, testServer, urls } from "../../support/api-server.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { binding, clusterRole, rbacUrls } from "../../support/rbac.ts";

const eve: User = { name: "eve", groups: ["system:authenticated"] };
const autoupdate = "rbac.authorization.kubernetes.io/autoupdate";
const runs = { apiGroups: ["acme.example"], resources: ["runs"], verbs: ["get"] };
const intoView = { labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } };

function as(server: ApiServer, user: User): Asker {
  return new Asker(inProcessTransport(server, user));
}

async function rulesOf(ask: Asker, name: string): Promise<readonly JsonObject[]> {
  return (await ask.get(`${rbacUrls.clusterRoles}/${name}`)).json.rules;
}

describe("the roles that are there from the start", () => {
  it("are written once, and not again by a second start", async () => {
    const store = openMemoryStore({ clock: new ManualClock() });
    await (await testServer({ store }))[Symbol.asyncDispose]();
    const revision = await store.revision();
    await using server = await testServer({ store });
    expect(await store.revision()).toBe(revision);
    const { items } = (await as(server, admin).get(rbacUrls.clusterRoles)).json;
    expect(items.length).toBeGreaterThan(12);
  });

  it("get back what was taken from them, and keep what was added, unless they are to be left alone", async () => {
    const store = openMemoryStore({ clock: new ManualClock() });
    {
      await using server = await testServer({ store });
      const ask = as(server, admin);
      const url = (name: string) => `${rbacUrls.clusterRoles}/${name}`;
      await ask.merge(url("system:monitoring"), { rules: [runs] });
      await ask.merge(url("system:discovery"), { rules: [], metadata: { annotations: { [autoupdate]: "false" } } });
      await ask.merge(`${rbacUrls.clusterRoleBindings}/system:basic-user`, {
        subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "x" }],
      });
      await ask.delete(url("system:auth-delegator"));
    }
    await using server = await testServer({ store });
    const ask = as(server, admin);
    const monitoring = await rulesOf(ask, "system:monitoring");
    expect(monitoring[0]).toEqual(runs);
    expect(monitoring[1]?.nonResourceURLs).toContain("/metrics");
    expect((await rulesOf(ask, "system:discovery")).length).toBe(0);
    expect((await rulesOf(ask, "system:auth-delegator")).length).toBe(2);
    const { subjects } = (await ask.get(`${rbacUrls.clusterRoleBindings}/system:basic-user`)).json;
    expect(subjects.map(({ name }: { name: string }) => name)).toEqual(["x", "system:authenticated"]);
  });

  it("let the controllers do their work, and nothing else", async () => {
    await using server = await testServer();
    const ask = as(server, controllers);
    expect((await ask.post(urls.nodes, nodeManifest("a"))).status).toBe(201);
    expect((await ask.merge(`${urls.nodes}/a/status`, { status: { phase: "Active" } })).status).toBe(200);
    expect((await ask.get("/api/v1/secrets")).status).toBe(200);
    expect((await ask.get(`/artifacts/sha256/${"0".repeat(64)}`)).status).toBe(404);
    const refused: readonly (readonly [string, () => Promise<{ readonly status: number }>])[] = [
      ["create a ConfigMap", () => ask.post(urls.configMaps, configMap("a"))],
      ["create a group", () => ask.post(urls.groups, {})],
      ["delete all nodes", () => ask.delete(urls.nodes)],
      ["replace a revision", () => ask.put(`${urls.revisions}/a`, {})],
      ["replace a Secret", () => ask.put(`${urls.secrets}/a`, {})],
      ["delete a namespace", () => ask.delete(`${urls.namespaces}/default`)],
      ["give itself a role", () => ask.post(rbacUrls.clusterRoleBindings, {})],
      ["make a definition", () => ask.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {})],
      ["upload an image", () => ask.put(`/artifacts/sha256/${"0".repeat(64)}`, {})],
      ["make a token", () => ask.post("/api/v1/namespaces/default/serviceaccounts/a/token", {})],
    ];
    for (const [what, attempt] of refused) expect([what, (await attempt()).status]).toEqual([what, 403]);
  });
});

describe("view, edit and admin", () => {
  it("gather what a user's role brings by its label, and let go of it again", async () => {
    await using server = await testServer();
    const ask = as(server, admin);
    await ask.post(rbacUrls.clusterRoleBindings, binding("ClusterRoleBinding", "e", "ClusterRole/admin", ["User/eve"]));
    const review = { spec: { resourceAttributes: { verb: "get", group: "acme.example", resource: "runs" } } };
    const mayRead = async () => {
      const { json } = await as(server, eve).post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
      return json.status.allowed;
    };
    expect(await mayRead()).toBe(false);
    await ask.post(rbacUrls.clusterRoles, clusterRole("runs-viewer", [runs], intoView));
    await expect.poll(mayRead).toBe(true);
    for (const name of ["view", "edit", "admin"]) expect(await rulesOf(ask, name)).toContainEqual(runs);
    await ask.merge(`${rbacUrls.clusterRoles}/runs-viewer`, { metadata: { labels: null } });
    await expect.poll(mayRead).toBe(false);
    await ask.merge(`${rbacUrls.clusterRoles}/runs-viewer`, { metadata: intoView });
    await expect.poll(mayRead).toBe(true);
    await ask.delete(`${rbacUrls.clusterRoles}/runs-viewer`);
    await expect.poll(mayRead).toBe(false);
  });
});

describe("aggregated", () => {
  const gathering = (name: string, from: string, labels: Record<string, string> = {}) => ({
    ...clusterRole(name, [], { labels }),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: from } }] },
  });
  const rule = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });
  const result = (roles: readonly JsonObject[]) =>
    Object.fromEntries(aggregated(roles).map(({ metadata, rules }) => [Object(metadata).name, rules]));

  it("passes rules on through roles that gather themselves, each once", () => {
    const roles = [
      gathering("top", "top"),
      gathering("middle", "middle", { to: "top" }),
      clusterRole("b", [rule("pods"), rule("nodes")], { labels: { to: "middle" } }),
      clusterRole("a", [rule("pods")], { labels: { to: "middle" } }),
    ];
    expect(result(roles)).toEqual({ top: [rule("pods"), rule("nodes")], middle: [rule("pods"), rule("nodes")] });
  });

  it("ends where roles gather from each other, and leaves what is as it should be", () => {
    const roles = [
      gathering("x", "x", { to: "y" }),
      gathering("y", "y", { to: "x" }),
      clusterRole("a", [rule("pods")], { labels: { to: "x" } }),
    ];
    const once = aggregated(roles);
    expect(result(roles)).toEqual({ x: [rule("pods")], y: [rule("pods")] });
    expect(aggregated([...once, ...roles.slice(2)])).toEqual([]);
  });
});

describe("what the server knows of roles", () => {
  it("is read again when it fell behind, and is not older in between", async () => {
    const clock = new ManualClock();
    const memory = openMemoryStore({ clock });
    let interrupt = (_: unknown) => {};
    const store: Store = {
      revision: () => memory.revision(),
      get: (key, at) => memory.get(key, at),
      range: (prefix, options) => memory.range(prefix, options),
      commit: (changes) => memory.commit(changes),
      compact: (revision) => memory.compact(revision),
      async *watch(prefix, after, signal) {
        if (!prefix.includes("rbac")) return yield* memory.watch(prefix, after, signal);
        const broken = new Promise<never>((_, reject) => {
          interrupt = reject;
        });
        const events = memory.watch(prefix, after, signal)[Symbol.asyncIterator]();
        for (;;) {
          const next = await Promise.race([events.next(), broken]);
          if (next.done === true) return;
          yield next.value;
        }
      },
    };
    const server = await testServer({ store, clock });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const ask = as(server, admin);
    const given = binding("ClusterRoleBinding", "e", "ClusterRole/view", ["User/eve"]);
    const mayRead = async () => (await as(server, eve).get(urls.configMaps)).status === 200;
    await ask.post(rbacUrls.clusterRoleBindings, given);
    expect(await mayRead()).toBe(true);
    interrupt(new SporeError("SPORE_EXPIRED", "too slow"));
    await clock.settle();
    await ask.delete(`${rbacUrls.clusterRoleBindings}/e`);
    expect(await mayRead()).toBe(false);
    interrupt(new SporeError("SPORE_INTERNAL", "the disk"));
    await clock.settle();
    await ask.post(rbacUrls.clusterRoleBindings, given);
    expect(await mayRead()).toBe(false); // it waits a second before it asks the store again
    await clock.advance(1000);
    expect(await mayRead()).toBe(true);
  });
});
