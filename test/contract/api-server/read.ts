import { describe, expect, it } from "vitest";
import { type Asker, nodeManifest, urls } from "../../support/api-server.ts";
import { names, versionOf } from "../../support/listed.ts";

/** What clients may rely on: reading objects. */
export function readContract(ask: Asker): void {
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
}
