import { describe, expect, it } from "vitest";
import { type Asker, configMap, urls } from "../../support/api-server.ts";
import { names } from "../../support/listed.ts";

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const inside = (name: string) => `${urls.namespaces}/${name}/configmaps`;

/** What clients may rely on: namespaces. */
export function namespacesContract(ask: Asker): void {
  describe("namespaces", () => {
    it("go one by one, never all at once", async () => {
      await ask.post(urls.namespaces, namespace("lab"));
      const refused = await ask.delete(urls.namespaces);
      expect([refused.status, refused.json.reason]).toEqual([405, "MethodNotAllowed"]);
      expect((await ask.get(`${urls.namespaces}/lab`)).json.status.phase).toBe("Active");
    });

    it("are there from the start, and these stay", async () => {
      expect(names((await ask.get(urls.namespaces)).json)).toEqual(["default", "kube-system"]);
      const refused = await ask.delete(`${urls.namespaces}/default`);
      expect([refused.status, refused.json.message]).toEqual([
        403,
        'namespaces "default" is forbidden: this namespace may not be deleted',
      ]);
    });

    it("get a label, a phase and a finalizer", async () => {
      const { json } = await ask.post(urls.namespaces, namespace("lab"));
      expect(json).toMatchObject({
        metadata: { labels: { "kubernetes.io/metadata.name": "lab" } },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      });
      expect((await ask.post(urls.namespaces, namespace("not.a.label"))).status).toBe(422);
    });

    it("must exist before something can lie in them", async () => {
      const { status, json } = await ask.post(inside("missing"), configMap("a"));
      expect([status, json.message, json.details.kind]).toEqual([404, 'namespaces "missing" not found', "namespaces"]);
      expect((await ask.post("/api/v1/configmaps", configMap("a"))).status).toBe(400);
    });

    it("take what is in them with them", async () => {
      await ask.post(urls.namespaces, namespace("lab"));
      for (let index = 0; index < 40; index++) await ask.post(inside("lab"), configMap(`c${index}`));
      const { json: list } = await ask.get(urls.namespaces);
      await using watch = await ask.watch(
        `${urls.namespaces}?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
      );
      const { status, json } = await ask.delete(`${urls.namespaces}/lab`, { propagationPolicy: "Background" });
      expect([status, json.status.phase]).toEqual([200, "Terminating"]);
      expect(await watch.take(2)).toEqual(["MODIFIED lab", "DELETED lab"]);
      expect((await ask.get(inside("lab"))).json.items).toEqual([]);
      expect((await ask.post(urls.namespaces, namespace("lab"))).status).toBe(201);
    });

    it("wait for the finalizers of what is in them, and let nothing new in meanwhile", async () => {
      await ask.post(urls.namespaces, namespace("lab"));
      await ask.post(inside("lab"), configMap("held", {}, { finalizers: ["x.dev/hold"] }));
      await ask.post(inside("lab"), configMap("free"));
      const { json: list } = await ask.get(urls.namespaces);
      await using watch = await ask.watch(
        `${urls.namespaces}?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
      );
      await ask.delete(`${urls.namespaces}/lab`);
      expect(await watch.take(1)).toEqual(["MODIFIED lab"]);
      const refused = await ask.post(inside("lab"), configMap("late"));
      expect([refused.status, refused.json.details.causes[0].reason]).toEqual([403, "NamespaceTerminating"]);
      await ask.merge(`${inside("lab")}/held`, { metadata: { finalizers: null } });
      expect(await watch.take(1)).toEqual(["DELETED lab"]);
    });

    it("lose nothing in a dry run", async () => {
      await ask.post(urls.namespaces, namespace("lab"));
      await ask.post(inside("lab"), configMap("a"));
      const { json } = await ask.delete(`${urls.namespaces}/lab`, { dryRun: ["All"] });
      expect(json.status.phase).toBe("Terminating");
      await ask.merge(`${inside("lab")}/a`, { data: { still: "here" } });
      expect((await ask.get(`${urls.namespaces}/lab`)).json.status.phase).toBe("Active");
      expect(names((await ask.get(inside("lab"))).json)).toEqual(["a"]);
    });

    it("leave nothing behind that was created while they went", async () => {
      await ask.post(urls.namespaces, namespace("lab"));
      const { json: list } = await ask.get(urls.namespaces);
      const from = `watch=true&resourceVersion=${list.metadata.resourceVersion}`;
      const creations = Array.from({ length: 50 }, (_, index) => ask.post(inside("lab"), configMap(`c${index}`)));
      const deletion = ask.delete(`${urls.namespaces}/lab`);
      const statuses = (await Promise.all(creations)).map(({ status }) => status);
      expect(statuses.filter((status) => ![201, 403, 404].includes(status))).toEqual([]);
      await deletion;
      await using watch = await ask.watch(`${urls.namespaces}?${from}&timeoutSeconds=60`);
      for (let event = await watch.next(); event !== undefined && event.type !== "DELETED"; )
        event = await watch.next();
      expect((await ask.get(`${urls.namespaces}/lab`)).status).toBe(404);
      expect((await ask.get(inside("lab"))).json.items).toEqual([]);
    });
  });
}
