import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Method } from "../../../controller/api/transport.ts";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import type { Verb } from "../../../controller/apiserver/served-kind.ts";
import { anonymous, type User } from "../../../controller/apiserver/user.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { binding, rbacRoot } from "../../support/rbac.ts";

/** Every verb, by every role, in every place, on every kind: what is written here, what reviews say, and what requests are answered must be one. */

type Role = "view" | "edit" | "admin";
/** What each role may do: `r` stands for get, list and watch, `w` for create, update, patch, delete and deletecollection; otherwise verbs by name. */
type Row = Readonly<Record<Role, string>> & { readonly resource: string; readonly scope: "Namespaced" | "Cluster" };

function row(resource: string, scope: Row["scope"], view: string, edit: string, administer: string): Row {
  return { resource, scope, view, edit, admin: administer };
}

const core = "/api/v1";
const spore = "/apis/spore.dev/v1alpha1";
const coreRows: readonly Row[] = [
  row(`${core} configmaps`, "Namespaced", "r", "rw", "rw"),
  row(`${core} secrets`, "Namespaced", "", "rw", "rw"),
  row(`${core} services`, "Namespaced", "r", "r", "r"),
  row(`${core} events`, "Namespaced", "r", "r create update patch", "r create update patch"),
  row("/apis/events.k8s.io/v1 events", "Namespaced", "r", "r create update patch", "r create update patch"),
  row(`${core} serviceaccounts`, "Namespaced", "r", "rw", "rw"),
  row(`${core} serviceaccounts/token`, "Namespaced", "", "create", "create"),
  row("/apis/coordination.k8s.io/v1 leases", "Namespaced", "", "rw", "rw"),
  row(`${rbacRoot} roles`, "Namespaced", "", "", "rw"),
  row(`${rbacRoot} rolebindings`, "Namespaced", "", "", "rw"),
  row(`${rbacRoot} clusterroles`, "Cluster", "", "", ""),
  row(`${rbacRoot} clusterrolebindings`, "Cluster", "", "", ""),
  row(`${core} namespaces`, "Cluster", "r", "r", "r"),
  row("/apis/apiextensions.k8s.io/v1 customresourcedefinitions", "Cluster", "", "", ""),
  row("/apis/authorization.k8s.io/v1 localsubjectaccessreviews", "Namespaced", "", "", "create"),
  row("/apis/authorization.k8s.io/v1 subjectaccessreviews", "Cluster", "", "", ""),
  row("/apis/authentication.k8s.io/v1 tokenreviews", "Cluster", "", "", ""),
];
const sporeRows: readonly Row[] = [
  row(`${spore} nodegroups`, "Namespaced", "r", "rw", "rw"),
  row(`${spore} nodegroups/status`, "Namespaced", "get", "get", "get"),
  row(`${spore} firmwares`, "Namespaced", "r", "rw", "rw"),
  row(`${spore} firmwares/status`, "Namespaced", "get", "get", "get"),
  row(`${spore} gitsyncs`, "Namespaced", "r", "rw", "rw"),
  row(`${spore} nodegrouprevisions`, "Namespaced", "r", "r delete deletecollection", "r delete deletecollection"),
  row(`${spore} nodes`, "Cluster", "r", "rw", "rw"),
  row(`${spore} nodes/status`, "Cluster", "get", "get", "get"),
  row("/apis/live.spore.dev/v1alpha1 livenodes", "Cluster", "r", "r", "r"),
];
/** Everybody who is known may ask these about themselves. */
const selfReviews: readonly string[] = [
  "/apis/authorization.k8s.io/v1 selfsubjectaccessreviews",
  "/apis/authorization.k8s.io/v1 selfsubjectrulesreviews",
  "/apis/authentication.k8s.io/v1 selfsubjectreviews",
];
const digest = "0".repeat(64);
const paths: readonly (readonly [Method, string, "everybody" | "known" | Role | "nobody"])[] = [
  ["GET", "/version", "everybody"],
  ["GET", "/healthz", "everybody"],
  ["GET", "/livez", "everybody"],
  ["GET", "/readyz", "everybody"],
  ["GET", "/readyz/ping", "nobody"],
  ["GET", "/metrics", "nobody"],
  ["GET", "/api", "known"],
  ["GET", "/apis", "known"],
  ["GET", "/apis/spore.dev/v1alpha1", "known"],
  ["GET", "/openapi/v2", "known"],
  ["GET", "/openapi/v3", "known"],
  ["GET", `/artifacts/sha256/${digest}`, "view"],
  ["PUT", `/artifacts/sha256/${digest}`, "edit"],
  ["DELETE", `/artifacts/sha256/${digest}`, "nobody"],
  ["POST", "/version", "nobody"],
  ["GET", "/anything/else", "nobody"],
];

interface Somebody {
  readonly title: string;
  readonly user: User;
  readonly role?: Role;
  /** Where the role holds. */
  readonly where?: "own" | "everywhere";
}

const known = ["system:authenticated"];
const roles: readonly Role[] = ["view", "edit", "admin"];
const everybody: readonly Somebody[] = [
  ...roles.flatMap((role): Somebody[] => [
    { title: `${role} of a namespace`, user: { name: `own-${role}`, groups: known }, role, where: "own" },
    { title: `${role} of everything`, user: { name: `all-${role}`, groups: known }, role, where: "everywhere" },
  ]),
  {
    title: "a service account that views its namespace",
    user: { name: "system:serviceaccount:own:bot", groups: ["system:serviceaccounts", ...known] },
    role: "view",
    where: "own",
  },
  { title: "somebody without a role", user: { name: "nobody", groups: known } },
  { title: "somebody unknown", user: anonymous },
  { title: "a master", user: admin },
];

const verbs: readonly Verb[] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const methods: Readonly<Record<Verb, Method>> = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};
const read = ["get", "list", "watch"];
const write = ["create", "update", "patch", "delete", "deletecollection"];

function includes(allowed: string, verb: string): boolean {
  const words = allowed.replace(/^rw\b/, "r w").split(" ");
  return (
    words.includes(verb) ||
    (words.includes("r") && read.includes(verb)) ||
    (words.includes("w") && write.includes(verb))
  );
}

interface Case {
  readonly verb: Verb;
  readonly namespace?: string;
  readonly named: boolean;
  /** Whether the place is one where a role of the namespace `own` holds. */
  readonly isOwn: boolean;
}

/** The requests that make sense for a row. Only lists and watches are of all namespaces at once. */
function casesOf({ resource, scope }: Row): readonly Case[] {
  const isSub = resource.includes("/", resource.indexOf(" "));
  return verbs.flatMap((verb): Case[] => {
    if (isSub && ["list", "watch", "delete", "deletecollection"].includes(verb)) return [];
    const named = isSub || ["get", "update", "patch", "delete"].includes(verb);
    if (scope === "Cluster") return [{ verb, named, isOwn: false }];
    const inPlaces = ["own", "other"].map((namespace) => ({ verb, named, namespace, isOwn: namespace === "own" }));
    return verb === "list" || verb === "watch" ? [...inPlaces, { verb, named, isOwn: false }] : inPlaces;
  });
}

describe.each(everybody)("$title", ({ user, role, where }) => {
  let server: ApiServer;
  let ask: Asker;
  let asAdmin: Asker;
  beforeAll(async () => {
    server = await testServer();
    ask = new Asker(inProcessTransport(server, user));
    asAdmin = new Asker(inProcessTransport(server, admin));
    for (const name of ["own", "other"]) await asAdmin.post(`${core}/namespaces`, { metadata: { name } });
    if (role === undefined) return;
    const kind = where === "own" ? "RoleBinding" : "ClusterRoleBinding";
    const url = where === "own" ? `${rbacRoot}/namespaces/own/rolebindings` : `${rbacRoot}/clusterrolebindings`;
    const [, , namespace, name] = user.name.split(":");
    const subject = namespace === undefined ? `User/${user.name}` : `ServiceAccount/${namespace}/${name}`;
    await asAdmin.post(url, binding(kind, "given", `ClusterRole/${role}`, [subject]));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const isMaster = user === admin;
  const holds = (allowed: string, verb: string, isOwn: boolean) =>
    isMaster || (role !== undefined && includes(allowed, verb) && (where === "everywhere" || isOwn));

  /** What a review says; whoever is unknown is asked about by somebody else. */
  const reviewed = async (attributes: object) => {
    const { name, groups } = user;
    const root = "/apis/authorization.k8s.io/v1";
    const { json } =
      user === anonymous
        ? await asAdmin.post(`${root}/subjectaccessreviews`, { spec: { user: name, groups, ...attributes } })
        : await ask.post(`${root}/selfsubjectaccessreviews`, { spec: attributes });
    return json.status.allowed;
  };

  /** Whether a request gets past the authorization. Nothing is changed: there is no body, and it is a dry run. */
  const answered = async (method: Method, url: string, isWatch = false) => {
    const abort = new AbortController();
    const query = isWatch ? "?watch=1&timeoutSeconds=1" : method === "GET" ? "" : "?dryRun=All";
    const headers = method === "PATCH" ? { "content-type": "application/merge-patch+json" } : {};
    const { status, body } = await ask.open(method, `${url}${query}`, { headers }, abort.signal);
    if (isWatch && status === 200) abort.abort(); // a quiet one would last until its time is over
    let text = "";
    for await (const chunk of body) {
      text = Buffer.from(chunk).toString();
      break;
    }
    if (user === anonymous) return status !== 401;
    expect(status).not.toBe(401);
    // Some objects are kept from everybody; that is another refusal.
    return status !== 403 || !text.includes(`User \\"${user.name}\\" cannot`);
  };

  const verdicts = async (row: Row, of: (one: Case) => boolean | Promise<boolean>) => {
    const lines: string[] = [];
    for (const one of casesOf(row)) lines.push(`${one.verb} in ${one.namespace ?? "all"}: ${await of(one)}`);
    return lines;
  };

  it.each([...coreRows, ...sporeRows])("$resource", async (row) => {
    const [root = "", resource = ""] = row.resource.split(" ");
    const [plural = "", subresource] = resource.split("/");
    const group = root.startsWith("/api/") ? "" : (root.split("/")[2] ?? "");
    const wanted = await verdicts(row, ({ verb, isOwn }) => holds(role === undefined ? "" : row[role], verb, isOwn));
    const said = await verdicts(row, ({ verb, namespace, named }) =>
      reviewed({
        resourceAttributes: { verb, group, resource: plural, subresource, namespace, name: named ? "x" : undefined },
      }),
    );
    const done = await verdicts(row, ({ verb, namespace, named }) => {
      const place = namespace === undefined ? "" : `/namespaces/${namespace}`;
      const tail = `${named ? "/x" : ""}${subresource === undefined ? "" : `/${subresource}`}`;
      return answered(methods[verb], `${root}${place}/${plural}${tail}`, verb === "watch");
    });
    expect(said).toEqual(wanted);
    expect(done).toEqual(wanted);
  });

  it.each(selfReviews)("%s", async (row) => {
    const [root = "", resource = ""] = row.split(" ");
    const wanted = user !== anonymous;
    const group = root.split("/")[2];
    expect(await reviewed({ resourceAttributes: { verb: "create", group, resource } })).toBe(wanted);
    expect(await answered("POST", `${root}/${resource}`)).toBe(wanted);
  });

  it.each(paths)("%s %s", async (method, path, whose) => {
    const byRole = (least: Role) =>
      role !== undefined && where === "everywhere" && roles.indexOf(role) >= roles.indexOf(least);
    const wanted =
      isMaster ||
      whose === "everybody" ||
      (whose === "known" && user !== anonymous) ||
      ((whose === "view" || whose === "edit" || whose === "admin") && byRole(whose));
    expect(await reviewed({ nonResourceAttributes: { path, verb: method.toLowerCase() } })).toBe(wanted);
    expect(await answered(method, path)).toBe(wanted);
  });

  it("may look at the namespace that it has a role in", async () => {
    const canRead = (namespace: string) => answered("GET", `${core}/namespaces/${namespace}`);
    const wanted = isMaster || role !== undefined;
    expect([await canRead("own"), await canRead("other")]).toEqual([wanted, isMaster || where === "everywhere"]);
  });
});
