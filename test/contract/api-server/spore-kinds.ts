import { describe, expect, it } from "vitest";
import { type Asker, groupManifest, nodeManifest, urls } from "../../support/api-server.ts";

const digest = "a".repeat(64);
const apiVersion = "spore.dev/v1alpha1";
const firmware = (version: string) => ({
  apiVersion,
  kind: "Firmware",
  metadata: { name: "f" },
  spec: {
    family: "spore",
    platform: "host",
    version,
    artifacts: [{ path: "f.bin", role: "image", size: 1, sha256: digest }],
  },
});

/** What clients may rely on: the rules of SPORE's own kinds. */
export function sporeKindsContract(ask: Asker): void {
  describe("SPORE's kinds", () => {
    it("refuse a group that would select everything, and one that breaks its own selector", async () => {
      const { status, json } = await ask.post(urls.groups, groupManifest("g", { selector: {} }));
      expect([status, json.details.causes[0].field]).toEqual([422, "spec.selector"]);
      const breaking = await ask.post(urls.groups, groupManifest("g", { template: { labels: { room: "hall" } } }));
      expect([breaking.status, breaking.json.details.causes[0].field]).toEqual([422, "spec.template.labels[room]"]);
    });

    it("check a group's rules on every change of its spec, and leave its metadata alone", async () => {
      await ask.post(urls.groups, groupManifest("g"));
      const patched = await ask.merge(`${urls.groups}/g`, {
        spec: { template: { firmware: { name: "f", version: "1" } } },
      });
      expect([patched.status, patched.json.details.causes[0].field]).toEqual([422, "spec.template.firmware"]);
      expect((await ask.merge(`${urls.groups}/g`, { metadata: { labels: { x: "1" } } })).status).toBe(200);
    });

    it("leave a node's assignment to the controllers", async () => {
      const assignment = { group: "default/g" };
      const created = await ask.post(urls.nodes, nodeManifest("a", { assignment }));
      expect([created.status, created.json.reason]).toEqual([403, "Forbidden"]);
      expect(created.json.message).toContain("change the NodeGroup that selects the node instead");
      await ask.post(urls.nodes, nodeManifest("a"));
      expect((await ask.merge(`${urls.nodes}/a`, { spec: { assignment } })).status).toBe(403);
      expect((await ask.merge(`${urls.nodes}/a`, { spec: { owner: { namespace: "default" } } })).status).toBe(200);
    });

    it("let no revision change", async () => {
      const revision = {
        apiVersion,
        kind: "NodeGroupRevision",
        metadata: { name: "r" },
        spec: { group: "g", number: 1 },
      };
      await ask.post(urls.revisions, revision);
      expect((await ask.merge(`${urls.revisions}/r`, { spec: { number: 2 } })).status).toBe(422);
      expect((await ask.merge(`${urls.revisions}/r`, { metadata: { labels: { x: "1" } } })).status).toBe(200);
    });

    it("want semantic versions", async () => {
      expect((await ask.post(urls.firmwares, firmware("one"))).json.details.causes[0].field).toBe("spec.version");
      expect((await ask.post(urls.firmwares, firmware("1.4.0"))).status).toBe(201);
    });

    it("let a reconciler answer a spec that a newer rule would refuse", async () => {
      await ask.post(urls.groups, groupManifest("g"));
      const { status, json } = await ask.merge(`${urls.groups}/g/status`, { status: { nodes: 3 } });
      expect([status, json.status.nodes]).toEqual([200, 3]);
    });
  });
}
