import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../../controller/apiserver/api-server.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { establish, job, jobCrd, jobsUrl, jobVersion } from "../../support/crds.ts";

const scale = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath: ".status.selector",
};

describe("The scale subresource of a user's kind", () => {
  let server: ApiServer;
  let api: Asker;
  const url = `${jobsUrl}/a/scale`;

  beforeAll(async () => {
    server = await testServer();
    api = new Asker(inProcessTransport(server, admin));
    const { schema } = jobVersion;
    const bounded = structuredClone(schema.openAPIV3Schema);
    Object.assign(bounded.properties.spec.properties.replicas, { maximum: 10 });
    await establish(
      api,
      jobCrd({
        versions: [{ ...jobVersion, subresources: { status: {}, scale }, schema: { openAPIV3Schema: bounded } }],
      }),
    );
    await api.post(jobsUrl, job("a", { image: "x", replicas: 2 }));
    await api.post(jobsUrl, job("unset", { image: "x" }));
    await api.merge(`${jobsUrl}/a/status`, { status: { replicas: 1, selector: "job=a" } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  function wanted(replicas: unknown, metadata: object = {}) {
    return {
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      metadata: { name: "a", namespace: "default", ...metadata },
      spec: { replicas },
    };
  }

  it("shows an object's numbers as autoscaling/v1", async () => {
    const { metadata } = (await api.get(`${jobsUrl}/a`)).json;
    const { uid, resourceVersion, creationTimestamp } = metadata;
    expect((await api.get(url)).json).toEqual({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name: "a", namespace: "default", uid, resourceVersion, creationTimestamp },
      spec: { replicas: 2 },
      status: { replicas: 1, selector: "job=a" },
    });
    expect((await api.get(`${jobsUrl}/unset/scale`)).json).toMatchObject({ spec: {}, status: { replicas: 0 } });
  });

  it("is written by PUT, merge patch and JSON patch, each of which changes that number only", async () => {
    const before = (await api.get(`${jobsUrl}/a`)).json;
    expect((await api.put(url, { ...wanted(3, { labels: { a: "b" } }), status: { replicas: 9 } })).json).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 1 },
    });
    expect((await api.merge(url, { spec: { replicas: 4 } })).json.spec).toEqual({ replicas: 4 });
    const patched = await api.jsonPatch(url, [{ op: "replace", path: "/spec/replicas", value: 5 }]);
    expect(patched.json.spec).toEqual({ replicas: 5 });
    expect((await api.merge(`${url}?dryRun=All`, { spec: { replicas: 6 } })).json.spec).toEqual({ replicas: 6 });
    const after = (await api.get(`${jobsUrl}/a`)).json;
    expect(after.spec).toEqual({ ...before.spec, replicas: 5 });
    expect(after.status).toEqual(before.status);
    expect(after.metadata).toMatchObject({ generation: before.metadata.generation + 3 });
    expect(after.metadata.labels).toBeUndefined();
    expect((await api.merge(url, { spec: { replicas: 5 } })).json.metadata.resourceVersion).toBe(
      after.metadata.resourceVersion,
    );
  });

  it.each<[string, object, number, string]>([
    [
      "a number below zero",
      wanted(-1),
      422,
      'Job.ex.dev "a" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
    ],
    ["what the kind's schema refuses", wanted(11), 422, "spec.replicas in body should be less than or equal to 10"],
    ["text", wanted("many"), 400, "spec.replicas of a Scale must be a whole number"],
    [
      "another name",
      wanted(1, { name: "b" }),
      400,
      "the name of the object (b) does not match the name on the URL (a)",
    ],
    ["no name", { spec: { replicas: 1 } }, 400, "name must be provided"],
    [
      "another kind",
      { ...wanted(1), apiVersion: "ex.dev/v1", kind: "Job" },
      400,
      "this address takes autoscaling/v1, Kind=Scale",
    ],
    ["an older version", wanted(1, { resourceVersion: "1" }), 409, "the object has been modified"],
    ["another uid", wanted(1, { uid: "1" }), 409, "Precondition failed: UID in precondition: 1"],
  ])("refuses %s", async (_what, body, status, message) => {
    const answer = await api.put(url, body);
    expect([answer.status, answer.json.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it("has no other verbs, takes no other patches, and is not there without its object", async () => {
    expect((await api.delete(url)).status).toBe(405);
    expect((await api.post(url, wanted(1))).status).toBe(405);
    expect((await api.strategic(url, {})).status).toBe(415);
    expect((await api.get(`${jobsUrl}/b/scale`)).status).toBe(404);
    expect((await api.get("/apis/spore.dev/v1alpha1/nodes/a/scale")).status).toBe(404);
  });

  it("is in discovery and OpenAPI", async () => {
    const { resources } = (await api.get("/apis/ex.dev/v1")).json;
    const verbs = ["get", "patch", "update"];
    expect(resources[2]).toEqual({
      name: "jobs/scale",
      singularName: "",
      namespaced: true,
      group: "autoscaling",
      version: "v1",
      kind: "Scale",
      verbs,
    });
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const { items } = (await api.get("/apis", { accept })).json;
    const group = items.find((item: { metadata: { name: string } }) => item.metadata.name === "ex.dev");
    expect(group.versions[0].resources[0].subresources[1]).toEqual({
      subresource: "scale",
      responseKind: { group: "autoscaling", version: "v1", kind: "Scale" },
      verbs,
    });
    const { paths, components } = (await api.get("/openapi/v3/apis/ex.dev/v1")).json;
    const { put } = paths["/apis/ex.dev/v1/namespaces/{namespace}/jobs/{name}/scale"];
    const model = "io.k8s.api.autoscaling.v1.Scale";
    expect(JSON.stringify(put.requestBody)).toContain(model);
    expect(components.schemas[model].properties.spec.properties.replicas.type).toBe("integer");
  });
});
