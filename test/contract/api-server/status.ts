import { describe, expect, it } from "vitest";
import { type Asker, configMap, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: the status subresource. */
export function statusContract(ask: Asker): void {
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
}
