import { describe, expect, it } from "vitest";
import { type Asker, configMap, urls } from "../../support/api-server.ts";
import { names } from "../../support/listed.ts";

const secret = (fields: object) => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...fields });
const newEvents = "/apis/events.k8s.io/v1/namespaces/default/events";

/** What clients may rely on: the kinds of Kubernetes itself. */
export function coreKindsContract(ask: Asker): void {
  describe("the kinds of Kubernetes", () => {
    it("need neither kind nor apiVersion in a body", async () => {
      const { status, json } = await ask.post(urls.configMaps, { metadata: { name: "a" }, data: { a: "b" } });
      expect([status, json.kind, json.apiVersion]).toEqual([201, "ConfigMap", "v1"]);
      expect(json.metadata).not.toHaveProperty("generation");
      expect((await ask.put(`${urls.configMaps}/a`, { metadata: { name: "a" }, data: { a: "c" } })).json.data).toEqual({
        a: "c",
      });
    });

    it("keep an immutable ConfigMap as it is", async () => {
      await ask.post(urls.configMaps, { ...configMap("a"), immutable: true });
      expect((await ask.merge(`${urls.configMaps}/a`, { data: { a: "c" } })).status).toBe(422);
      expect((await ask.merge(`${urls.configMaps}/a`, { immutable: false })).status).toBe(422);
      expect((await ask.merge(`${urls.configMaps}/a`, { metadata: { labels: { x: "1" } } })).status).toBe(200);
      expect((await ask.delete(`${urls.configMaps}/a`)).status).toBe(200);
    });

    it("encode a Secret's stringData and never give it back", async () => {
      const { json } = await ask.post(urls.secrets, secret({ stringData: { password: "pa55" } }));
      expect([json.data, json.type]).toEqual([{ password: Buffer.from("pa55").toString("base64") }, "Opaque"]);
      expect(json).not.toHaveProperty("stringData");
      const patched = await ask.strategic(`${urls.secrets}/s`, { stringData: { user: "me" } });
      expect(Object.keys(patched.json.data)).toEqual(["password", "user"]);
      expect((await ask.merge(`${urls.secrets}/s`, { type: "other" })).status).toBe(422);
    });

    it("show one Event under both of its groups", async () => {
      const involvedObject = { kind: "NodeGroup", namespace: "default", name: "g", uid: "u1" };
      const event = {
        metadata: { name: "e" },
        involvedObject,
        reason: "Updated",
        message: "done",
        type: "Normal",
        count: 1,
      };
      expect((await ask.post(urls.events, event)).status).toBe(201);
      const { json } = await ask.get(`${newEvents}/e`);
      expect(json).toMatchObject({
        apiVersion: "events.k8s.io/v1",
        regarding: involvedObject,
        note: "done",
        deprecatedCount: 1,
      });
      const counted = await ask.strategic(`${urls.events}/e`, { count: 2 });
      expect(counted.json).toMatchObject({ apiVersion: "v1", count: 2 });
      const selected = await ask.get(`${urls.events}?fieldSelector=involvedObject.name%3Dg,involvedObject.uid%3Du1`);
      expect(names(selected.json)).toEqual(["e"]);
      expect((await ask.get(`${urls.events}?fieldSelector=involvedObject.name%3Dother`)).json.items).toEqual([]);
      const renewed = await ask.merge(`${newEvents}/e`, { note: "done again" });
      expect(renewed.json.apiVersion).toBe("events.k8s.io/v1");
      expect((await ask.get(`${urls.events}/e`)).json.message).toBe("done again");
    });

    it("compare and swap a Lease", async () => {
      const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
      const spec = { holderIdentity: "one", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.000001Z" };
      const { json } = await ask.post(leases, { metadata: { name: "l" }, spec });
      const taken = { ...json, spec: { ...spec, holderIdentity: "two" } };
      expect((await ask.put(`${leases}/l`, taken)).status).toBe(200);
      expect((await ask.put(`${leases}/l`, { ...json, spec: { ...spec, holderIdentity: "three" } })).status).toBe(409);
    });
  });
}
