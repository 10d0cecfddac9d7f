import { describe, expect, it } from "vitest";
import { type Asker, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: watching objects. */
export function watchContract(ask: Asker): void {
  describe("watch", () => {
    it("begins with what there is, and goes on with what happens", async () => {
      await ask.post(urls.nodes, nodeManifest("a"));
      await using watch = await ask.watch(`${urls.nodes}?watch=1`);
      expect(await watch.take(1)).toEqual(["ADDED a"]);
      await ask.post(urls.nodes, nodeManifest("b"));
      await ask.merge(`${urls.nodes}/a`, { spec: { paused: true } });
      await ask.delete(`${urls.nodes}/b`);
      expect(await watch.take(3)).toEqual(["ADDED b", "MODIFIED a", "DELETED b"]);
    });

    it("misses and repeats nothing when it is resumed from any event", async () => {
      const { json: list } = await ask.get(urls.nodes);
      for (const name of ["a", "b", "c"]) await ask.post(urls.nodes, nodeManifest(name));
      await ask.delete(`${urls.nodes}/b`);
      const seen: string[] = [];
      let version = list.metadata.resourceVersion;
      for (let round = 0; round < 4; round++) {
        await using watch = await ask.watch(`${urls.nodes}?watch=true&resourceVersion=${version}`);
        const event = await watch.next();
        seen.push(`${event.type} ${event.object.metadata.name}`);
        expect(Number(event.object.metadata.resourceVersion)).toBeGreaterThan(Number(version));
        version = event.object.metadata.resourceVersion;
      }
      expect(seen).toEqual(["ADDED a", "ADDED b", "ADDED c", "DELETED b"]);
    });

    it("tells events as they look through a selector", async () => {
      const { json: list } = await ask.get(urls.nodes);
      const from = `resourceVersion=${list.metadata.resourceVersion}&watch=true`;
      await using watch = await ask.watch(`${urls.nodes}?${from}&labelSelector=room%3Dlab`);
      await ask.post(urls.nodes, nodeManifest("a"));
      await ask.merge(`${urls.nodes}/a`, { metadata: { labels: { room: "lab" } } });
      await ask.merge(`${urls.nodes}/a`, { spec: { paused: true } });
      const { json: left } = await ask.merge(`${urls.nodes}/a`, { metadata: { labels: { room: "hall" } } });
      await ask.merge(`${urls.nodes}/a`, { spec: { paused: false } });
      await ask.delete(`${urls.nodes}/a`);
      await ask.post(urls.nodes, nodeManifest("b", {}, { labels: { room: "lab" } }));
      expect(await watch.take(2)).toEqual(["ADDED a", "MODIFIED a"]);
      const gone = await watch.next();
      // The last state that matched, under the version at which it stopped to match.
      expect(gone).toMatchObject({
        type: "DELETED",
        object: { metadata: { labels: { room: "lab" }, resourceVersion: left.metadata.resourceVersion } },
      });
      expect(await watch.take(1)).toEqual(["ADDED b"]);
    });

    it("follows one name, and not those that begin alike", async () => {
      const { json: list } = await ask.get(urls.nodes);
      const from = `resourceVersion=${list.metadata.resourceVersion}&watch=true`;
      await using watch = await ask.watch(`${urls.nodes}?${from}&fieldSelector=metadata.name%3Da`);
      await ask.post(urls.nodes, nodeManifest("ab"));
      await ask.post(urls.nodes, nodeManifest("a"));
      expect(await watch.take(1)).toEqual(["ADDED a"]);
    });

    it("marks the end of the initial events for those who list by watching", async () => {
      await ask.post(urls.nodes, nodeManifest("a"));
      const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
      await using watch = await ask.watch(`${urls.nodes}?${query}`);
      expect(await watch.take(1)).toEqual(["ADDED a"]);
      const { json: list } = await ask.get(urls.nodes);
      expect(await watch.next()).toMatchObject({
        type: "BOOKMARK",
        object: {
          kind: "Node",
          apiVersion: "spore.dev/v1alpha1",
          metadata: {
            resourceVersion: list.metadata.resourceVersion,
            annotations: { "k8s.io/initial-events-end": "true" },
          },
        },
      });
      await ask.post(urls.nodes, nodeManifest("b"));
      expect(await watch.take(1)).toEqual(["ADDED b"]);
    });

    it("writes Tables, and says what the columns are once", async () => {
      await ask.post(urls.nodes, nodeManifest("a"));
      await ask.post(urls.nodes, nodeManifest("b"));
      const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
      await using watch = await ask.watch(`${urls.nodes}?watch=true`, { accept });
      const [first, second] = [await watch.next(), await watch.next()];
      expect(first.object.columnDefinitions.length).toBeGreaterThan(5);
      expect(first.object.rows[0].cells[0]).toBe("a");
      expect(second.object.columnDefinitions).toEqual([]);
    });

    it("ends by itself when its time is up", async () => {
      await using watch = await ask.watch(`${urls.nodes}?watch=true&timeoutSeconds=1`);
      expect(await watch.next()).toBeUndefined();
    });

    it.each([
      ["resourceVersionMatch=NotOlderThan", 422],
      ["sendInitialEvents=true", 422],
      ["resourceVersion=x", 422],
      ["timeoutSeconds=soon", 400],
      ["labelSelector=%28", 400],
    ])("refuses ?%s with %i", async (query, status) => {
      expect((await ask.get(`${urls.nodes}?watch=true&${query}`)).status).toBe(status);
    });

    it("is not to be had where there is nothing to watch", async () => {
      expect((await ask.get("/apis/spore.dev/v1alpha1/toasters?watch=true")).status).toBe(404);
      await using watch = await ask.watch("/apis/live.spore.dev/v1alpha1/livenodes?watch=true&timeoutSeconds=1");
      expect([watch.status, await watch.next()]).toEqual([200, undefined]);
    });
  });
}
