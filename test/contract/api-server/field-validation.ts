import { describe, expect, it } from "vitest";
import { type Asker, nodeManifest, urls } from "../../support/api-server.ts";

/** What clients may rely on: how mistakes in field names are treated. */
export function fieldValidationContract(ask: Asker): void {
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
}
