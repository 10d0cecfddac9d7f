import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { openMemoryStore } from "../../../controller/store/memory.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { crdsUrl, crdWhen, establish, job, jobCrd, jobsUrl, jobVersion, statusOf } from "../../support/crds.ts";

async function withServer(work: (api: Asker) => Promise<void>): Promise<void> {
  await using server = await testServer();
  await work(new Asker(inProcessTransport(server, admin)));
}

const merge = { "content-type": "application/merge-patch+json" };

describe("A CustomResourceDefinition", () => {
  it("is completed, established, and served while the server runs", () =>
    withServer(async (api) => {
      expect((await api.get(jobsUrl)).status).toBe(404);
      const created = await api.post(crdsUrl, { ...jobCrd(), status: { storedVersions: ["v9"] } });
      expect(created.json).toMatchObject({
        metadata: { generation: 1 },
        spec: { names: { singular: "job", listKind: "JobList" }, conversion: { strategy: "None" } },
        status: { acceptedNames: { plural: "", kind: "" }, conditions: [], storedVersions: ["v1"] },
      });
      const crd = await crdWhen(api, "jobs.ex.dev", (found) => statusOf(found, "Established") === "True");
      expect(crd.status).toEqual({
        acceptedNames: {
          plural: "jobs",
          singular: "job",
          kind: "Job",
          listKind: "JobList",
          shortNames: ["jb"],
          categories: ["all"],
        },
        conditions: [
          expect.objectContaining({ type: "NamesAccepted", reason: "NoConflicts", message: "no conflicts found" }),
          expect.objectContaining({
            type: "Established",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
          }),
        ],
        storedVersions: ["v1"],
      });
      expect((await api.post(jobsUrl, job("a", { image: "x", other: 1 }))).json).toMatchObject({
        spec: { image: "x" },
        metadata: { generation: 1 },
      });
      expect((await api.get(jobsUrl)).json).toMatchObject({ kind: "JobList", items: [{ metadata: { name: "a" } }] });
      expect((await api.get("/apis/ex.dev/v1")).json.resources).toMatchObject([
        { name: "jobs", singularName: "job", shortNames: ["jb"], categories: ["all"] },
        { name: "jobs/status" },
      ]);
    }));

  it("changes discovery and OpenAPI, with other ETags, and leaves both alone when only its labels change", () =>
    withServer(async (api) => {
      const documents = ["/apis", "/openapi/v2", "/openapi/v3"];
      const etags = async () => Promise.all(documents.map(async (path) => (await api.get(path)).headers.etag));
      const before = await etags();
      await establish(api, jobCrd());
      const served = await etags();
      for (const [index, etag] of served.entries()) expect(etag).not.toBe(before[index]);
      await api.merge(`${crdsUrl}/jobs.ex.dev`, { metadata: { labels: { a: "b" } } });
      await api.post(jobsUrl, job("a"));
      expect(await etags()).toEqual(served);
      await api.delete(`${crdsUrl}/jobs.ex.dev`);
      await crdWhen(api, "jobs.ex.dev", (found) => found === undefined).catch(() => {}); // it may be gone already
      await expect.poll(etags).toEqual(before);
    }));

  it("is served by its new schema after a change, and open watches end so that clients look again", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      await api.post(jobsUrl, job("a"));
      await using watch = await api.watch(`${jobsUrl}?watch=1`);
      expect(await watch.take(1)).toEqual(["ADDED a"]);
      const fields = { image: { type: "string" }, size: { type: "string", default: "small" } };
      const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties: fields } } };
      const changed = await api.merge(`${crdsUrl}/jobs.ex.dev`, {
        spec: { versions: [{ ...jobVersion, schema: { openAPIV3Schema } }] },
      });
      expect(changed.json.metadata.generation).toBe(2);
      expect(await watch.next()).toBeUndefined();
      expect((await api.get(`${jobsUrl}/a`)).json.spec).toEqual({ image: "a", size: "small" });
    }));

  it("must say which version of it a PUT replaces", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      const put = await api.put(`${crdsUrl}/jobs.ex.dev`, jobCrd());
      expect([put.status, put.json.details.causes[0].field]).toEqual([422, "metadata.resourceVersion"]);
    }));

  it.each([
    ["spec.scope", { scope: "Cluster" }],
    ["spec.group", { group: "other.dev" }],
    ["spec.names.kind", { names: { kind: "Task" } }],
    ["spec.names.plural", { names: { plural: "tasks" } }],
  ])("cannot change %s", (field, spec) =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      const { status, json } = await api.merge(`${crdsUrl}/jobs.ex.dev`, { spec });
      expect(status).toBe(422);
      expect(json.details.causes).toContainEqual({
        reason: "FieldValueInvalid",
        message: expect.stringContaining("field is immutable"),
        field,
      });
    }),
  );

  it("gets no names that others in its group bear, until they are free", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      const names = { plural: "tasks", singular: "job", shortNames: ["jb"], kind: "Task" };
      await api.post(crdsUrl, jobCrd({ names }, "tasks.ex.dev"));
      const refused = await crdWhen(api, "tasks.ex.dev", (found) => statusOf(found, "NamesAccepted") === "False");
      expect(refused.status).toMatchObject({
        acceptedNames: { plural: "tasks", kind: "Task", listKind: "TaskList" },
        conditions: [
          { type: "NamesAccepted", status: "False", reason: "ShortNamesConflict", message: '"jb" is already in use' },
          { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" },
        ],
      });
      expect((await api.get("/apis/ex.dev/v1/tasks")).status).toBe(404);
      await api.delete(`${crdsUrl}/jobs.ex.dev`);
      await crdWhen(api, "tasks.ex.dev", (found) => statusOf(found, "Established") === "True");
      expect((await api.get("/apis/ex.dev/v1/tasks")).status).toBe(200);
    }));

  it("takes no name of a kind that needs no CRD, and its deletion touches none of its objects", () =>
    withServer(async (api) => {
      const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" } };
      const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
      await api.post(leases, lease);
      const spec = { group: "coordination.k8s.io", names: { plural: "leases", kind: "Lease" } };
      const crd = {
        ...jobCrd(spec),
        metadata: { name: "leases.coordination.k8s.io", annotations: { "api-approved.kubernetes.io": "unapproved" } },
      };
      expect((await api.post(crdsUrl, crd)).status).toBe(201);
      await crdWhen(api, crd.metadata.name, (found) => statusOf(found, "NamesAccepted") === "False");
      await api.delete(`${crdsUrl}/${crd.metadata.name}`);
      await expect.poll(async () => (await api.get(`${crdsUrl}/${crd.metadata.name}`)).status).toBe(404);
      expect((await api.get(`${leases}/l`)).status).toBe(200);
    }));

  it("is served again after a restart, and a deletion goes on", async () => {
    const store = openMemoryStore({ clock: systemClock });
    {
      await using server = await testServer({ store });
      const api = new Asker(inProcessTransport(server, admin));
      await establish(api, jobCrd());
      await api.post(jobsUrl, job("held", {}, { finalizers: ["ex.dev/hold"] }));
    }
    {
      await using server = await testServer({ store });
      const api = new Asker(inProcessTransport(server, admin));
      expect((await api.get(jobsUrl)).json.items).toHaveLength(1);
      expect((await api.delete(`${crdsUrl}/jobs.ex.dev`)).status).toBe(200);
    }
    await using server = await testServer({ store });
    const api = new Asker(inProcessTransport(server, admin));
    await api.send("PATCH", `${jobsUrl}/held`, { body: { metadata: { finalizers: null } }, headers: merge });
    await expect.poll(async () => (await api.get(`${crdsUrl}/jobs.ex.dev`)).status, { timeout: 5000 }).toBe(404);
    expect((await api.get(jobsUrl)).status).toBe(404);
  });
});

describe("A CustomResourceDefinition that is deleted", () => {
  it("waits for its objects and their finalizers, lets nothing new in, and ends watches", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      await api.post(jobsUrl, job("free"));
      await api.post(jobsUrl, job("held", {}, { finalizers: ["ex.dev/hold"] }));
      await using watch = await api.watch(`${jobsUrl}?watch=1`);
      expect(await watch.take(2)).toEqual(["ADDED free", "ADDED held"]);
      const deleted = await api.delete(`${crdsUrl}/jobs.ex.dev`);
      expect(deleted.json).toMatchObject({
        metadata: { finalizers: ["customresourcecleanup.apiextensions.k8s.io"], deletionTimestamp: expect.any(String) },
        status: { conditions: [{}, {}, { type: "Terminating", status: "True", reason: "InstanceDeletionPending" }] },
      });
      const events = await watch.take(2);
      expect([...events].sort()).toEqual(["DELETED free", "MODIFIED held"]);
      const refused = await api.post(jobsUrl, job("late"));
      expect(refused.status).toBe(403);
      expect(refused.json.message).toBe(
        'jobs.ex.dev "late" is forbidden: create not allowed while custom resource definition is terminating',
      );
      const [resource] = (await api.get("/apis/ex.dev/v1")).json.resources;
      expect(resource.verbs).toEqual(["delete", "deletecollection", "get", "list", "watch"]);
      const waiting = await api.get(`${crdsUrl}/jobs.ex.dev`);
      expect(waiting.json.status.conditions[2]).toMatchObject({ reason: "InstanceDeletionInProgress" });
      expect((await api.delete(`${crdsUrl}/jobs.ex.dev`)).json.metadata.resourceVersion).toBe(
        waiting.json.metadata.resourceVersion,
      );
      await api.merge(`${jobsUrl}/held`, { metadata: { finalizers: null } });
      expect(await watch.take(1)).toEqual(["DELETED held"]);
      expect(await watch.next()).toBeUndefined();
      expect((await api.get(jobsUrl)).status).toBe(404);
      expect((await api.get("/apis/ex.dev")).status).toBe(404);
      expect((await api.get(`${crdsUrl}/jobs.ex.dev`)).status).toBe(404);
    }));

  it("lets nothing new in while somebody else holds it, also after a restart", async () => {
    const store = openMemoryStore({ clock: systemClock });
    {
      await using server = await testServer({ store });
      const api = new Asker(inProcessTransport(server, admin));
      await establish(api, jobCrd());
      await api.merge(`${crdsUrl}/jobs.ex.dev`, { metadata: { finalizers: ["ex.dev/hold"] } });
      await api.delete(`${crdsUrl}/jobs.ex.dev`);
      await crdWhen(api, "jobs.ex.dev", (crd) => crd?.metadata.finalizers.length === 1);
      expect((await api.post(jobsUrl, job("a"))).status).toBe(403);
    }
    await using server = await testServer({ store });
    const api = new Asker(inProcessTransport(server, admin));
    expect((await api.post(jobsUrl, job("a"))).status).toBe(403);
    await api.merge(`${crdsUrl}/jobs.ex.dev`, { metadata: { finalizers: null } });
    await expect.poll(async () => (await api.get(jobsUrl)).status).toBe(404);
  });

  it("comes back empty when it is made anew", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      await api.post(jobsUrl, job("a"));
      await api.delete(`${crdsUrl}/jobs.ex.dev`);
      await expect.poll(async () => (await api.get(`${crdsUrl}/jobs.ex.dev`)).status).toBe(404);
      await establish(api, jobCrd());
      expect((await api.get(jobsUrl)).json.items).toEqual([]);
    }));

  it("stays, for all that anybody dry-runs", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      expect((await api.delete(`${crdsUrl}/jobs.ex.dev?dryRun=All`)).status).toBe(200);
      expect((await api.post(jobsUrl, job("a"))).status).toBe(201);
    }));
});
