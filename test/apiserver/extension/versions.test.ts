import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { type Answer, Asker, admin, testServer } from "../../support/api-server.ts";
import { crdsUrl, establish, job, jobCrd, jobVersion } from "../../support/crds.ts";

const text = { type: "string" };

function version(name: string, storage: boolean, fields: object, more: object = {}) {
  const spec = { type: "object", properties: fields };
  return {
    ...jobVersion,
    name,
    storage,
    schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
    ...more,
  };
}

const alpha = version("v1alpha1", true, { a: { ...text, default: "alpha" }, x: text, old: text }, { deprecated: true });
const first = version("v1", false, { a: { ...text, default: "one" }, x: text, b: { ...text, default: "new" } });
const stable = { ...first, storage: true };

/** What happens here was seen on a kube-apiserver 1.34. */
describe("A kind of several versions", () => {
  let server: ApiServer;
  let api: Asker;
  const url = (name: string, of = "v1") => `/apis/ex.dev/${of}/namespaces/default/jobs${name && `/${name}`}`;
  const inVersion = (of: string, name: string, spec: object) => ({ ...job(name, spec), apiVersion: `ex.dev/${of}` });
  const change = async (versions: readonly object[]): Promise<Answer> => {
    const answer = await api.merge(`${crdsUrl}/jobs.ex.dev`, { spec: { versions } });
    if (answer.status === 200)
      await expect.poll(async () => (await api.get("/apis/ex.dev/v1")).json?.resources?.length).toBe(2);
    return answer;
  };

  beforeAll(async () => {
    server = await testServer();
    api = new Asker(inProcessTransport(server, admin));
    await establish(api, jobCrd({ versions: [alpha, first] }));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("is shown in each, with what the storage version keeps and the other one knows", async () => {
    const made = await api.post(url("", "v1alpha1"), inVersion("v1alpha1", "first", { x: "1", old: "o" }));
    expect(made.json).toMatchObject({ apiVersion: "ex.dev/v1alpha1", spec: { a: "alpha", x: "1", old: "o" } });
    const { apiVersion, spec } = (await api.get(url("first"))).json;
    expect({ apiVersion, spec }).toEqual({ apiVersion: "ex.dev/v1", spec: { a: "alpha", x: "1" } });
    const other = await api.post(url(""), inVersion("v1", "second", { x: "1" }));
    expect(other.json.spec).toEqual({ a: "one", x: "1" });
    expect((await api.get(url(""))).json).toMatchObject({
      apiVersion: "ex.dev/v1",
      items: [{ apiVersion: "ex.dev/v1" }, { apiVersion: "ex.dev/v1" }],
    });
  });

  it("is watched in each", async () => {
    await using watch = await api.watch(`${url("")}?watch=1`);
    await using older = await api.watch(`${url("", "v1alpha1")}?watch=1`);
    for (const open of [watch, older]) await open.take(2);
    await api.merge(url("first", "v1alpha1"), { spec: { x: "2" } });
    expect((await watch.next()).object).toMatchObject({ apiVersion: "ex.dev/v1", spec: { a: "alpha", x: "2" } });
    expect((await older.next()).object).toMatchObject({
      apiVersion: "ex.dev/v1alpha1",
      spec: { a: "alpha", x: "2", old: "o" },
    });
    await api.delete(url("second"));
    expect((await watch.next()).object.apiVersion).toBe("ex.dev/v1");
    expect((await older.next()).object.apiVersion).toBe("ex.dev/v1alpha1");
  });

  it("loses what one version does not know when it is written in that version", async () => {
    await api.merge(url("first"), { spec: { x: "3" } });
    expect((await api.get(url("first", "v1alpha1"))).json.spec).toEqual({ a: "alpha", x: "3" });
  });

  it("warns whoever uses a deprecated version, and names a better one", async () => {
    const { headers } = await api.get(url("first", "v1alpha1"));
    expect(headers.warning).toBe('299 - "ex.dev/v1alpha1 Job is deprecated; use ex.dev/v1 Job"');
    expect((await api.get(url("first"))).headers.warning).toBeUndefined();
  });

  it("prefers the more stable one, and says in which they are stored", async () => {
    const group = (await api.get("/apis/ex.dev")).json;
    expect(group.preferredVersion.version).toBe("v1");
    const hashes = await Promise.all(
      ["v1", "v1alpha1"].map(
        async (name) => (await api.get(`/apis/ex.dev/${name}`)).json.resources[0].storageVersionHash,
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  it("is stored in another version from its next write on", async () => {
    expect((await change([{ ...alpha, storage: false }, stable])).json.status.storedVersions).toEqual([
      "v1alpha1",
      "v1",
    ]);
    expect((await api.get(url("first"))).json.spec).toEqual({ a: "alpha", x: "3" });
    await api.merge(url("first"), { spec: { x: "4" } });
    expect((await api.get(url("first"))).json.spec).toEqual({ a: "alpha", x: "4", b: "new" });
  });

  it("must list the versions in which objects may lie, and need not serve them", async () => {
    const refused = await change([stable]);
    expect(refused.json.message).toContain(
      'status.storedVersions[0]: Invalid value: "v1alpha1": missing from spec.versions; v1alpha1 was previously a storage version',
    );
    await change([{ ...alpha, storage: false, served: false }, stable]);
    await expect.poll(async () => (await api.get(url("first", "v1alpha1"))).status).toBe(404);
    expect((await api.get(url("first"))).status).toBe(200);
    const migrated = await api.merge(`${crdsUrl}/jobs.ex.dev/status`, { status: { storedVersions: ["v1"] } });
    expect(migrated.json.status.storedVersions).toEqual(["v1"]);
    expect((await change([stable])).status).toBe(200);
    expect((await api.get(url("first"))).json.spec.x).toBe("4");
  });

  it("may be stored in a version that is not served, and is deleted with its namespace all the same", async () => {
    await change([{ ...alpha, served: false }, first]);
    await api.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "temp" } });
    await api.post("/apis/ex.dev/v1/namespaces/temp/jobs", inVersion("v1", "x", {}));
    await api.delete("/api/v1/namespaces/temp");
    await expect.poll(async () => (await api.get("/api/v1/namespaces/temp")).status).toBe(404);
    expect((await api.get("/apis/ex.dev/v1/jobs?fieldSelector=metadata.namespace%3Dtemp")).json.items).toEqual([]);
  });
});
