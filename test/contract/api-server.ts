import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Asker, configMap, groupManifest, nodeManifest, urls } from "../support/api-server.ts";

export interface OpenServer {
  readonly asker: Asker;
  close(): PromiseLike<void>;
}

/**
 * What a Kubernetes client may rely on, whichever way it reaches the server. `open` starts a server with an empty store and returns an asker that may
 * do everything.
 */
export function apiServerContract(name: string, open: () => Promise<OpenServer>): void {
  describe(`the API, ${name}`, () => {
    let server: OpenServer;
    let ask: Asker;

    beforeEach(async () => {
      server = await open();
      ask = server.asker;
    });
    afterEach(() => server.close());

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
        [
          "a resource version",
          nodeManifest("a", {}, { resourceVersion: "1" }),
          400,
          "resourceVersion should not be set",
        ],
        [
          "a namespace for a cluster-scoped kind",
          nodeManifest("a", {}, { namespace: "default" }),
          400,
          "does not match",
        ],
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

    describe("field validation", () => {
      const typo = nodeManifest("a", { adress: "10.0.0.1" });
      const twice =
        '{"apiVersion":"spore.dev/v1alpha1","kind":"Node","metadata":{"name":"a"},"spec":{"family":"x","family":"spore"}}';

      it("warns unless told otherwise", async () => {
        const { status, headers, json } = await ask.post(urls.nodes, typo);
        expect([status, headers.warning]).toEqual([201, '299 - "unknown field \\"spec.adress\\""']);
        expect(json.spec).not.toHaveProperty("adress");
        const again = await ask.merge(`${urls.nodes}/a`, { spec: { pausd: true } });
        expect(again.headers.warning).toContain("spec.pausd");
      });

      it("refuses under Strict, and says so in words that clients know", async () => {
        const { status, json } = await ask.post(`${urls.nodes}?fieldValidation=Strict`, typo);
        expect(status).toBe(400);
        expect(json.message).toBe(
          'Node in version "v1alpha1" cannot be handled as a Node: strict decoding error: unknown field "spec.adress"',
        );
        const doubled = await ask.post(`${urls.nodes}?fieldValidation=Strict`, twice);
        expect(doubled.json.message).toContain('duplicate field "spec.family"');
      });

      it("is silent under Ignore", async () => {
        const { status, headers } = await ask.post(`${urls.nodes}?fieldValidation=Ignore`, typo);
        expect([status, headers.warning]).toEqual([201, undefined]);
      });
    });

    describe("get and list", () => {
      it("says what is not there", async () => {
        const missing = await ask.get(`${urls.nodes}/nope`);
        expect(missing.status).toBe(404);
        expect(missing.json.message).toBe('nodes.spore.dev "nope" not found');
        expect((await ask.get("/apis/spore.dev/v1alpha1/toasters")).json).toMatchObject({
          code: 404,
          message: "the server could not find the requested resource",
        });
        expect((await ask.get(`${urls.nodes}/${"x".repeat(3000)}`)).status).toBe(404);
        expect((await ask.get("/api/v1/namespaces/missing/configmaps")).json.items).toEqual([]);
      });

      it("lists in order of names, with the revision of the moment", async () => {
        for (const name of ["c", "a", "b"]) await ask.post(urls.nodes, nodeManifest(name));
        const { json } = await ask.get(urls.nodes);
        expect(json).toMatchObject({ kind: "NodeList", apiVersion: "spore.dev/v1alpha1" });
        expect(names(json)).toEqual(["a", "b", "c"]);
        const newest = Math.max(...json.items.map(versionOf));
        expect(Number(json.metadata.resourceVersion)).toBe(newest);
      });

      it("selects by labels and fields", async () => {
        await ask.post(urls.nodes, nodeManifest("a", {}, { labels: { room: "lab" } }));
        await ask.post(urls.nodes, nodeManifest("b", {}, { labels: { room: "hall" } }));
        await ask.post(urls.nodes, nodeManifest("c"));
        const select = async (query: string) => names((await ask.get(`${urls.nodes}?${query}`)).json);
        expect(await select("labelSelector=room%3Dlab")).toEqual(["a"]);
        expect(await select("labelSelector=room!%3Dlab")).toEqual(["b", "c"]);
        expect(await select("labelSelector=room+in+(lab,hall)&limit=1")).toEqual(["a"]);
        expect(await select("fieldSelector=metadata.name%3Db")).toEqual(["b"]);
        expect(await select("fieldSelector=metadata.name%3Db&labelSelector=room%3Dlab")).toEqual([]);
        const refused = await ask.get(`${urls.nodes}?fieldSelector=spec.color%3Dred`);
        expect([refused.status, refused.json.message]).toEqual([
          400,
          expect.stringContaining("field label not supported: spec.color"),
        ]);
      });

      it("gives pages of one state, however things change meanwhile", async () => {
        const all = Array.from({ length: 7 }, (_, index) => `n${index}`);
        for (const name of all) await ask.post(urls.nodes, nodeManifest(name));
        const first = (await ask.get(`${urls.nodes}?limit=3`)).json;
        expect([names(first), first.metadata.remainingItemCount]).toEqual([["n0", "n1", "n2"], 4]);
        await ask.delete(`${urls.nodes}/n4`);
        await ask.post(urls.nodes, nodeManifest("n3a"));
        const second = (await ask.get(`${urls.nodes}?limit=3&continue=${first.metadata.continue}`)).json;
        expect([names(second), second.metadata.resourceVersion]).toEqual([
          ["n3", "n4", "n5"],
          first.metadata.resourceVersion,
        ]);
        const third = (await ask.get(`${urls.nodes}?limit=3&continue=${second.metadata.continue}`)).json;
        expect([names(third), third.metadata.continue]).toEqual([["n6"], undefined]);
      });

      it.each([
        ["limit=x", 400],
        ["continue=rubbish", 400],
        ["resourceVersion=abc", 422],
        ["resourceVersionMatch=Exact", 422],
        ["resourceVersionMatch=Exact&resourceVersion=0", 422],
        ["resourceVersionMatch=Sometimes&resourceVersion=1", 422],
        ["sendInitialEvents=true", 422],
        ["labelSelector=a+b", 400],
      ])("refuses ?%s with %i", async (query, status) => {
        const answer = await ask.get(`${urls.nodes}?${query}`);
        expect([answer.status, answer.json.kind]).toEqual([status, "Status"]);
      });

      it("answers an exact revision, and not one that has yet to come", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        await ask.post(urls.nodes, nodeManifest("b"));
        const version = json.metadata.resourceVersion;
        const exact = await ask.get(`${urls.nodes}?resourceVersion=${version}&resourceVersionMatch=Exact`);
        expect(names(exact.json)).toEqual(["a"]);
        expect(names((await ask.get(`${urls.nodes}?resourceVersion=${version}`)).json)).toEqual(["a", "b"]);
      });

      it("writes Tables and bare metadata for those who ask", async () => {
        await ask.post(urls.nodes, nodeManifest("a", { owner: { namespace: "default" } }));
        const table = (
          await ask.get(urls.nodes, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" })
        ).json;
        expect(table).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1" });
        expect(table.rows[0].cells.slice(0, 3)).toEqual(["a", null, "default"]);
        expect(table.rows[0].object.kind).toBe("PartialObjectMetadata");
        const partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        const bare = (await ask.get(`${urls.nodes}/a`, { accept: partial })).json;
        expect(bare).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "a" } });
        expect(bare).not.toHaveProperty("spec");
        expect((await ask.get(`${urls.nodes}/a`, { accept: "application/cbor" })).status).toBe(406);
      });
    });

    describe("replace", () => {
      it("needs the version that it replaces", async () => {
        const { json: created } = await ask.post(urls.nodes, nodeManifest("a"));
        const unversioned = await ask.put(`${urls.nodes}/a`, nodeManifest("a", { paused: true }));
        expect([unversioned.status, unversioned.json.message]).toEqual([
          422,
          'Node.spore.dev "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
        ]);
        const paused = { ...created, spec: { ...created.spec, paused: true } };
        const { status, json } = await ask.put(`${urls.nodes}/a`, paused);
        expect([status, json.metadata.generation]).toEqual([200, 2]);
        const stale = await ask.put(`${urls.nodes}/a`, paused);
        expect([stale.status, stale.json.reason]).toEqual([409, "Conflict"]);
        expect(stale.json.message).toContain(
          "the object has been modified; please apply your changes to the latest version",
        );
      });

      it("is 404 for what is not there, and 400 for another name", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        expect((await ask.put(`${urls.nodes}/b`, { ...json, metadata: { ...json.metadata, name: "b" } })).status).toBe(
          404,
        );
        expect((await ask.put(`${urls.nodes}/b`, json)).status).toBe(400);
      });

      it("keeps what is the server's", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        const metadata = { ...json.metadata, creationTimestamp: "2001-01-01T00:00:00Z", generation: 99 };
        const answer = await ask.put(`${urls.nodes}/a`, { ...json, metadata, spec: { ...json.spec, paused: true } });
        expect(answer.json.metadata).toMatchObject({
          creationTimestamp: json.metadata.creationTimestamp,
          generation: 2,
        });
        const alien = await ask.put(`${urls.nodes}/a`, {
          ...answer.json,
          metadata: { ...answer.json.metadata, uid: "other" },
        });
        expect(alien.status).toBe(409);
      });

      it("changes nothing when nothing changes", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        const { json: same } = await ask.put(`${urls.nodes}/a`, json);
        expect(same.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
      });
    });

    describe("patch", () => {
      it("merges", async () => {
        await ask.post(urls.nodes, nodeManifest("a", {}, { labels: { room: "lab", x: "1" } }));
        const { json } = await ask.merge(`${urls.nodes}/a`, { metadata: { labels: { x: null, y: "2" } } });
        expect(json.metadata.labels).toEqual({ room: "lab", y: "2" });
        expect(json.metadata.generation).toBe(1);
        const again = await ask.merge(`${urls.nodes}/a`, { metadata: { labels: { x: null, y: "2" } } });
        expect(again.json.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
      });

      it("carries out JSON patches", async () => {
        await ask.post(urls.nodes, nodeManifest("a"));
        const { json } = await ask.jsonPatch(`${urls.nodes}/a`, [
          { op: "test", path: "/spec/paused", value: false },
          { op: "replace", path: "/spec/paused", value: true },
        ]);
        expect(json.spec.paused).toBe(true);
        const failed = await ask.jsonPatch(`${urls.nodes}/a`, [{ op: "test", path: "/spec/paused", value: false }]);
        expect([failed.status, failed.json.message]).toEqual([
          422,
          expect.stringContaining("the server rejected our request due to an error in our request"),
        ]);
        expect((await ask.jsonPatch(`${urls.nodes}/a`, { op: "test" })).status).toBe(400);
      });

      it("takes strategic merge patches for kinds of Kubernetes only", async () => {
        await ask.post(urls.configMaps, configMap("a", { x: "1" }, { finalizers: ["x.dev/a"] }));
        const { json } = await ask.strategic(`${urls.configMaps}/a`, {
          data: { y: "2" },
          metadata: { finalizers: ["x.dev/b"] },
        });
        expect([json.data, json.metadata.finalizers]).toEqual([{ x: "1", y: "2" }, ["x.dev/a", "x.dev/b"]]);
        await ask.post(urls.nodes, nodeManifest("a"));
        const refused = await ask.strategic(`${urls.nodes}/a`, {});
        expect([refused.status, refused.json.reason]).toEqual([415, "UnsupportedMediaType"]);
        expect(refused.json.message).toContain("application/json-patch+json, application/merge-patch+json");
      });

      it("is conditional when it holds a version", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        const { resourceVersion } = json.metadata;
        const condition = { metadata: { resourceVersion }, spec: { paused: true } };
        expect((await ask.merge(`${urls.nodes}/a`, condition)).status).toBe(200);
        expect((await ask.merge(`${urls.nodes}/a`, { ...condition, spec: { paused: false } })).status).toBe(409);
      });

      it("loses no writer among many at once", async () => {
        await ask.post(urls.configMaps, configMap("a", {}));
        const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
        const answers = await Promise.all(
          keys.map((key) => ask.merge(`${urls.configMaps}/a`, { data: { [key]: "x" } })),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        expect(Object.keys((await ask.get(`${urls.configMaps}/a`)).json.data).sort()).toEqual([...keys].sort());
      });

      it("dry-runs with the version of the moment", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        const dry = await ask.merge(`${urls.nodes}/a?dryRun=All`, { spec: { paused: true } });
        expect([dry.json.spec.paused, dry.json.metadata.resourceVersion]).toEqual([
          true,
          json.metadata.resourceVersion,
        ]);
        expect((await ask.get(`${urls.nodes}/a`)).json.spec.paused).toBe(false);
      });

      it("cannot change what the object is", async () => {
        await ask.post(urls.nodes, nodeManifest("a"));
        expect((await ask.merge(`${urls.nodes}/a`, { kind: "NodeGroup" })).status).toBe(400);
        expect((await ask.merge(`${urls.nodes}/a`, { metadata: { name: "b" } })).status).toBe(400);
        expect((await ask.merge(`${urls.nodes}/a`, { metadata: null })).status).toBe(400);
        expect((await ask.merge(`${urls.nodes}/a`, [])).status).toBe(400);
      });
    });

    describe("the status subresource", () => {
      it("alone changes the status, and changes nothing else", async () => {
        await ask.post(urls.nodes, nodeManifest("a"));
        const ignored = await ask.merge(`${urls.nodes}/a`, { status: { phase: "Active" } });
        expect(ignored.json).not.toHaveProperty("status");
        const patch = { status: { phase: "Active" }, spec: { paused: true }, metadata: { labels: { x: "1" } } };
        const { json } = await ask.merge(`${urls.nodes}/a/status`, patch);
        expect(json).toMatchObject({
          status: { phase: "Active" },
          spec: { paused: false },
          metadata: { generation: 1 },
        });
        expect(json.metadata).not.toHaveProperty("labels");
        const kept = await ask.merge(`${urls.nodes}/a`, { spec: { paused: true } });
        expect(kept.json).toMatchObject({ status: { phase: "Active" }, metadata: { generation: 2 } });
        expect((await ask.get(`${urls.nodes}/a/status`)).json).toEqual(kept.json);
      });

      it("is validated, and absent where the kind has none", async () => {
        await ask.post(urls.nodes, nodeManifest("a"));
        expect((await ask.merge(`${urls.nodes}/a/status`, { status: { phase: "Asleep" } })).status).toBe(422);
        await ask.post(urls.configMaps, configMap("a"));
        expect((await ask.get(`${urls.configMaps}/a/status`)).status).toBe(404);
        expect((await ask.delete(`${urls.nodes}/a/status`)).status).toBe(405);
      });
    });

    describe("delete", () => {
      it("answers with the uid of what it removed", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        const answer = await ask.delete(`${urls.nodes}/a`, { propagationPolicy: "Background" });
        expect(answer.json).toMatchObject({
          kind: "Status",
          status: "Success",
          details: { name: "a", group: "spore.dev", kind: "nodes", uid: json.metadata.uid },
        });
        expect((await ask.delete(`${urls.nodes}/a`)).status).toBe(404);
      });

      it("waits for finalizers, and lets nobody add one then", async () => {
        await ask.post(urls.nodes, nodeManifest("a", {}, { finalizers: ["x.dev/a", "x.dev/b"] }));
        const { status, json } = await ask.delete(`${urls.nodes}/a`);
        expect([status, json.metadata.generation]).toEqual([200, 2]);
        expect(json.metadata.deletionTimestamp).toMatch(/Z$/);
        const again = await ask.delete(`${urls.nodes}/a`);
        expect(again.json).toEqual(json);
        const added = await ask.merge(`${urls.nodes}/a`, {
          metadata: { finalizers: ["x.dev/a", "x.dev/b", "x.dev/c"] },
        });
        expect([added.status, added.json.details.causes[0].field]).toEqual([422, "metadata.finalizers"]);
        expect((await ask.merge(`${urls.nodes}/a`, { metadata: { finalizers: ["x.dev/a"] } })).status).toBe(200);
        expect((await ask.merge(`${urls.nodes}/a`, { metadata: { finalizers: null } })).status).toBe(200);
        expect((await ask.get(`${urls.nodes}/a`)).status).toBe(404);
      });

      it("leaves a finalizer for the garbage collector where dependents matter", async () => {
        await ask.post(urls.nodes, nodeManifest("a"));
        const orphaning = await ask.delete(`${urls.nodes}/a`, { propagationPolicy: "Orphan" });
        expect(orphaning.json.metadata.finalizers).toEqual(["orphan"]);
        const foreground = await ask.delete(`${urls.nodes}/a?propagationPolicy=Foreground`);
        expect(foreground.json.metadata.finalizers).toEqual(["foregroundDeletion"]);
        expect((await ask.delete(`${urls.nodes}/a`, { propagationPolicy: "Sideways" })).status).toBe(422);
      });

      it("keeps to preconditions and dry runs", async () => {
        const { json } = await ask.post(urls.nodes, nodeManifest("a"));
        expect((await ask.delete(`${urls.nodes}/a`, { preconditions: { uid: "other" } })).status).toBe(409);
        expect((await ask.delete(`${urls.nodes}/a`, { preconditions: { resourceVersion: "1" } })).status).toBe(409);
        expect((await ask.delete(`${urls.nodes}/a`, { dryRun: ["All"] })).json.status).toBe("Success");
        expect((await ask.delete(`${urls.nodes}/a?dryRun=All`)).json.status).toBe("Success");
        expect((await ask.delete(`${urls.nodes}/a`, { preconditions: { uid: json.metadata.uid } })).status).toBe(200);
      });

      it("empties a collection by selection", async () => {
        for (const name of ["a", "b"]) await ask.post(urls.configMaps, configMap(name, {}, { labels: { x: "1" } }));
        await ask.post(urls.configMaps, configMap("c"));
        const { json } = await ask.delete(`${urls.configMaps}?labelSelector=x%3D1`);
        expect(names(json)).toEqual(["a", "b"]);
        expect(names((await ask.get(urls.configMaps)).json)).toEqual(["c"]);
      });
    });
  });
}

function names(list: { items: { metadata: { name: string } }[] }): readonly string[] {
  return list.items.map(({ metadata }) => metadata.name);
}

function versionOf({ metadata }: { metadata: { resourceVersion: string } }): number {
  return Number(metadata.resourceVersion);
}
