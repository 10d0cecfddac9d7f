import { describe, expect, it } from "vitest";
import { type Asker, groupManifest, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: creating objects. */
export function createContract(ask: Asker): void {
  describe("create", () => {
    it("fills in what the server decides, and ignores what clients say about it", async () => {
      const sent = nodeManifest(
        "a",
        {},
        { uid: "mine", generation: 7, creationTimestamp: null, labels: { room: "lab" } },
      );
      const { status, json } = await ask.post(urls.nodes, { ...sent, status: { phase: "Active" } });
      expect(status).toBe(201);
      expect(json).toMatchObject({
        apiVersion: "spore.dev/v1alpha1",
        kind: "Node",
        metadata: { name: "a", generation: 1, labels: { room: "lab" } },
        spec: { family: "spore", paused: false },
      });
      expect(json.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(json.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(json.metadata.resourceVersion).toMatch(/^[1-9]\d*$/);
      expect(json).not.toHaveProperty("status");
      expect((await ask.get(`${urls.nodes}/a`)).json).toEqual(json);
    });

    it("stores no empty maps and lists in metadata, as Kubernetes", async () => {
      const empty = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
      const { json } = await ask.post(urls.nodes, nodeManifest("a", {}, empty));
      expect(Object.keys(json.metadata).sort()).toEqual([
        "creationTimestamp",
        "generation",
        "managedFields",
        "name",
        "resourceVersion",
        "uid",
      ]);
      const again = await ask.merge(`${urls.nodes}/a`, { metadata: empty });
      expect(again.json.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
    });

    it("refuses a name that is taken", async () => {
      await ask.post(urls.nodes, nodeManifest("a"));
      const { status, json } = await ask.post(urls.nodes, nodeManifest("a"));
      expect(status).toBe(409);
      expect(json).toMatchObject({
        kind: "Status",
        apiVersion: "v1",
        status: "Failure",
        reason: "AlreadyExists",
        message: 'nodes.spore.dev "a" already exists',
        details: { name: "a", group: "spore.dev", kind: "nodes" },
        code: 409,
      });
    });

    it("makes up a name from generateName", async () => {
      const { name: _, ...metadata } = nodeManifest("").metadata;
      const manifest = { ...nodeManifest(""), metadata: { ...metadata, generateName: "esp-" } };
      const { json: first } = await ask.post(urls.nodes, manifest);
      const { json: second } = await ask.post(urls.nodes, manifest);
      expect(first.metadata.name).toMatch(/^esp-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(second.metadata.name).not.toBe(first.metadata.name);
    });

    it.each([
      ["no name", { ...nodeManifest(""), metadata: {} }, 422, "metadata.name: Required value"],
      ["a bad name", nodeManifest("Bad_Name"), 422, "metadata.name: Invalid value"],
      ["a missing field", { ...nodeManifest("a"), spec: {} }, 422, "spec.family: Required value"],
      ["a wrong type", nodeManifest("a", { paused: "yes" }), 422, "spec.paused"],
      ["a value that is not listed", nodeManifest("a", { family: "toaster" }), 422, 'supported values: "spore"'],
      ["another kind", { ...nodeManifest("a"), kind: "NodeGroup" }, 400, "this address takes"],
      ["no kind", { ...nodeManifest("a"), kind: undefined }, 400, "Object 'Kind' is missing"],
      ["a resource version", nodeManifest("a", {}, { resourceVersion: "1" }), 400, "resourceVersion should not be set"],
      ["a namespace for a cluster-scoped kind", nodeManifest("a", {}, { namespace: "default" }), 400, "does not match"],
      ["a bad label", nodeManifest("a", {}, { labels: { room: "a b" } }), 422, "metadata.labels"],
      ["a number as a label", nodeManifest("a", {}, { labels: { room: 5 } }), 422, "metadata.labels"],
      ["half an owner", nodeManifest("a", {}, { ownerReferences: [{ name: "x" }] }), 422, "ownerReferences[0]"],
      ["metadata that is none", { ...nodeManifest("a"), metadata: "a" }, 400, "metadata must be an object"],
      ["a list", [nodeManifest("a")], 400, "must be a Node"],
      ["null", "null", 400, "must be a Node"],
      ["no JSON", "{", 400, "not valid JSON"],
      ["nothing", " ", 400, "no body"],
    ])("refuses %s", async (_title, body, status, part) => {
      const answer = await ask.post(urls.nodes, body);
      expect(answer.json).toMatchObject({ kind: "Status", status: "Failure", code: status });
      expect(answer.status).toBe(status);
      expect(answer.json.message).toContain(part);
    });

    it("names every field that is wrong, as causes", async () => {
      const { json } = await ask.post(
        urls.groups,
        groupManifest("g", { selector: {}, minReadySeconds: -1, priority: "x" }),
      );
      expect(json).toMatchObject({
        reason: "Invalid",
        details: { name: "g", group: "spore.dev", kind: "NodeGroup" },
      });
      expect(json.details.causes.map(({ field }: { field: string }) => field).sort()).toEqual([
        "<nil>", // by which Kubernetes says that rules were not looked at
        "spec.minReadySeconds",
        "spec.priority",
      ]);
    });

    it("stores nothing in a dry run, and gives no resource version", async () => {
      const { status, json } = await ask.post(`${urls.nodes}?dryRun=All`, nodeManifest("a"));
      expect(status).toBe(201);
      expect(json.metadata).not.toHaveProperty("resourceVersion");
      expect((await ask.get(`${urls.nodes}/a`)).status).toBe(404);
      expect((await ask.post(`${urls.nodes}?dryRun=Some`, nodeManifest("a"))).status).toBe(422);
    });
  });
}
