import { describe, expect, it } from "vitest";
import { type Asker, configMap, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: patching objects. */
export function patchContract(ask: Asker): void {
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
      const answers = await Promise.all(keys.map((key) => ask.merge(`${urls.configMaps}/a`, { data: { [key]: "x" } })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(Object.keys((await ask.get(`${urls.configMaps}/a`)).json.data).sort()).toEqual([...keys].sort());
    });

    it("dry-runs with the version of the moment", async () => {
      const { json } = await ask.post(urls.nodes, nodeManifest("a"));
      const dry = await ask.merge(`${urls.nodes}/a?dryRun=All`, { spec: { paused: true } });
      expect([dry.json.spec.paused, dry.json.metadata.resourceVersion]).toEqual([true, json.metadata.resourceVersion]);
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
}
