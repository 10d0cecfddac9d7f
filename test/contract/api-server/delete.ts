import { describe, expect, it } from "vitest";
import { type Asker, configMap, nodeManifest, urls } from "../../support/api-server.ts";
import { names } from "../../support/listed.ts";

/** What clients may rely on: deleting objects. */
export function deleteContract(ask: Asker): void {
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
      for (const name of ["a", "b", "c"]) await ask.post(urls.nodes, nodeManifest(name));
      const orphaning = await ask.delete(`${urls.nodes}/a`, { propagationPolicy: "Orphan" });
      expect(orphaning.json.metadata.finalizers).toEqual(["orphan"]);
      const foreground = await ask.delete(`${urls.nodes}/b?propagationPolicy=Foreground`);
      expect(foreground.json.metadata.finalizers).toEqual(["foregroundDeletion"]);
      expect((await ask.delete(`${urls.nodes}/c`, { propagationPolicy: "Sideways" })).status).toBe(422);
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
}
