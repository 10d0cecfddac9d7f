import { describe, expect, it } from "vitest";
import { type Asker, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: replacing objects. */
export function replaceContract(ask: Asker): void {
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
}
