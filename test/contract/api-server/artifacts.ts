import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { imageMaxBytes } from "../../../controller/base/limits.ts";
import type { Asker } from "../../support/api-server.ts";

const image = Buffer.from("0123456789".repeat(20_000));
const urlOf = (bytes: Uint8Array) => `/artifacts/sha256/${createHash("sha256").update(bytes).digest("hex")}`;
const type = { "content-type": "application/octet-stream" };

/** What clients may rely on: storing images under their digest. */
export function artifactsContract(ask: Asker): void {
  describe("artifacts", () => {
    it("come back as they were put, and are put once", async () => {
      const url = urlOf(image);
      expect((await ask.get(url)).status).toBe(404);
      expect((await ask.send("PUT", url, { body: image, headers: type })).status).toBe(201);
      expect((await ask.send("PUT", url, { body: image, headers: type })).status).toBe(200);
      const answer = await ask.get(url);
      expect([answer.status, answer.text === image.toString()]).toEqual([200, true]);
      expect(answer.headers).toMatchObject({ "content-length": String(image.length), "accept-ranges": "bytes" });
    });

    it("come in parts, so that a broken download can go on", async () => {
      const url = urlOf(image);
      await ask.send("PUT", url, { body: image, headers: type });
      const rest = await ask.get(url, { range: "bytes=199990-" });
      expect([rest.status, rest.text, rest.headers["content-range"]]).toEqual([
        206,
        "0123456789",
        "bytes 199990-199999/200000",
      ]);
      expect((await ask.get(url, { range: "bytes=0-3" })).text).toBe("0123");
      expect((await ask.get(url, { range: "bytes=-4" })).text).toBe("6789");
      expect((await ask.get(url, { range: "bytes=200000-" })).status).toBe(416);
      expect((await ask.get(url, { range: "bytes=0-3", "if-range": '"other"' })).status).toBe(200);
    });

    it("must have the digest they are put under", async () => {
      const url = urlOf(Buffer.from("something else"));
      const { status, json } = await ask.send("PUT", url, { body: image, headers: type });
      expect([status, json.kind]).toEqual([400, "Status"]);
      expect((await ask.get(url)).status).toBe(404);
      expect((await ask.send("PUT", "/artifacts/sha256/abc", { body: image, headers: type })).status).toBe(400);
      expect((await ask.get("/artifacts/md5/abc")).status).toBe(404);
      expect((await ask.delete(urlOf(image))).status).toBe(405);
    });

    it("may not be larger than an image can be", async () => {
      const large = Buffer.alloc(imageMaxBytes + 1);
      expect((await ask.send("PUT", urlOf(large), { body: large, headers: type })).status).toBe(413);
    });
  });
}
