import { createHash } from "node:crypto";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../controller/simulator/spore/fleet.ts";
import { physicsPresets } from "../../../controller/simulator/spore/physics.ts";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { askDevice, asMultipart, md5Of, uploadTo } from "../../support/device-request.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, listen, nodeOf, until } from "../../support/spore-fleet.ts";

const image = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 40_960 });
const whole = { size: String(image.length), md5: md5Of(image) };

const version = (fleet: Fleet) => nodeOf(fleet).node.state.image.version;
const lastUpload = (fleet: Fleet) => nodeOf(fleet).node.uploads.at(-1);

describe("an upload", () => {
  it("is logged with its bytes, digest, fence and outcome", async () => {
    const fleet = await bootFleet({ clock: new ManualClock() });
    await uploadTo(nodeOf(fleet).device, image, { ...whole, fence: "3" });
    expect(lastUpload(fleet)).toEqual({
      startedAtMs: 0,
      endedAtMs: 0,
      bytes: image.length,
      digest: createHash("sha256").update(image).digest("hex"),
      md5: whole.md5,
      fence: 3,
      outcome: "accepted",
    });
  });

  it.each([
    ["without a name", { anonymous: true }, { version: "2.0.0" }, "2.0.0"],
    ["with a name", {}, { version: "2.0.0" }, "1.1.0"],
  ])(
    "of an image %s runs the version of the descriptor, or else of the query",
    async (_what, options, query, expected) => {
      const fleet = await bootFleet();
      const bytes = simulatedImage({ name: "lab-sensor", version: "1.1.0", ...options });
      await uploadTo(nodeOf(fleet).device, bytes, query);
      await until(() => version(fleet) !== "1.0.0", "the image runs");
      expect([version(fleet), nodeOf(fleet).node.state.labels.version]).toEqual([expected, "2.0.0"]);
    },
  );

  it("may be packed", async () => {
    const fleet = await bootFleet();
    expect((await uploadTo(nodeOf(fleet).device, gzipSync(image))).status).toBe(200);
    await until(() => version(fleet) === "1.1.0", "the image runs");
    expect(nodeOf(fleet).node.state.image).toMatchObject({ md5: whole.md5, sizeBytes: image.length });
  });

  it("for another flash mode is patched, and reports the MD5 of what is in flash", async () => {
    const fleet = await bootFleet();
    const other = image.slice();
    other[2] = 2;
    other[0x1002] = 2;
    await uploadTo(nodeOf(fleet).device, other, { md5: md5Of(other) });
    await until(() => version(fleet) === "1.1.0", "the image runs");
    const patched = other.slice();
    patched[2] = 3;
    expect(nodeOf(fleet).node.state.image.md5).toBe(md5Of(patched));
  });

  it.each([
    ["another MD5", image, { md5: "0".repeat(32) }, 500, { status: "FAIL", code: 7 }],
    ["too large", image, { size: "962560" }, 413, { status: "FAIL", error: "too_large" }],
    ["no image", Buffer.from("MZ"), {}, 422, { status: "FAIL", error: "invalid_image" }],
    ["a size that is no number", image, { size: "x" }, 400, { status: "FAIL", error: "bad_request" }],
    ["a short MD5", image, { md5: "abc" }, 400, { status: "FAIL", error: "bad_request" }],
    ["a negative fence", image, { fence: "-1" }, 400, { status: "FAIL", error: "bad_request" }],
    ["an empty file", Buffer.alloc(0), {}, 500, { status: "FAIL", code: 13 }],
  ])("with %s is refused, and nothing restarts", async (_what, bytes, query, status, body) => {
    const fleet = await bootFleet();
    const { node, device } = nodeOf(fleet);
    const before = node.state.bootId;
    expect(await uploadTo(device, bytes, query)).toMatchObject({ status, body });
    expect([node.state.bootId, node.state.updater.isRunning]).toEqual([before, false]);
    expect((await uploadTo(device, image, whole)).status).toBe(200);
  });

  it("that is not multipart, or has no file, is refused", async () => {
    const fleet = await bootFleet();
    const { device } = nodeOf(fleet);
    const path = "/api/node/update";
    expect((await askDevice({ ...device, method: "POST", path, body: image })).status).toBe(400);
    const field = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n';
    const headers = { "Content-Type": "multipart/form-data; boundary=b" };
    expect((await askDevice({ ...device, method: "POST", path, headers, body: field })).status).toBe(400);
  });

  it("needs the token", async () => {
    const fleet = await bootFleet({ config: { ota_token: "t" } });
    const { device } = nodeOf(fleet);
    expect(await uploadTo(device, image)).toMatchObject({
      status: 401,
      body: { status: "FAIL", error: "unauthorized" },
    });
    expect((await uploadTo(device, image, { token: "t" })).status).toBe(200);
    expect(nodeOf(fleet).node.uploads.map(({ outcome }) => outcome)).toEqual(["refused", "accepted"]);
  });

  it("under a lower fence, or the same for another image, is refused", async () => {
    const fleet = await bootFleet();
    const { node, device } = nodeOf(fleet);
    const send = async (bytes: Uint8Array, fence: string) => {
      const { status, body } = await uploadTo(device, bytes, { fence, md5: md5Of(bytes) });
      const { bootId } = node.state;
      if (status === 200)
        await until(() => node.isReachable && node.state.bootId !== bootId, "it restarts").catch(() => {});
      return status === 200 ? 200 : `${status} ${body.error}`;
    };
    const other = simulatedImage({ name: "lab-sensor", version: "1.2.0" });
    node.setFault("reset-and-forget");
    await expect(uploadTo(device, image, { fence: "5", md5: whole.md5 })).rejects.toThrow();
    node.clearFault("reset-and-forget");
    expect(await send(image, "4")).toBe("409 stale_fence");
    expect(await send(other, "5")).toBe("409 stale_fence");
    expect((await uploadTo(device, image, { fence: "5", md5: whole.md5 })).status).toBe(200);
  });

  it("while another runs is refused as busy, and the other goes on", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock, physics: physicsPresets.quick });
    const { node, device } = nodeOf(fleet);
    const first = uploadTo(device, image, whole);
    await until(() => node.state.updater.isRunning, "the first upload runs");
    expect(await uploadTo(device, image, whole)).toMatchObject({
      status: 409,
      body: { status: "FAIL", error: "busy" },
    });
    expect((await askDevice({ ...device, path: "/api/node/status" })).body.x).toMatchObject({
      state: "ota",
      ota: { rx: node.state.updater.receivedBytes },
    });
    expect((await askDevice({ ...device, path: "/api/node/config" })).status).toBe(503);
    expect((await askDevice({ ...device, method: "POST", path: "/api/node/restart", body: "" })).status).toBe(503);
    await clock.advanceUntil(() => !node.state.updater.isRunning);
    expect((await first).status).toBe(200);
  });

  it("takes the time of the physics, to the millisecond", async () => {
    const clock = new ManualClock();
    const physics = { ...physicsPresets.instant, transferBytesPerSecond: 40_000, eraseMsPerSector: 25 };
    const fleet = await bootFleet({ clock, physics });
    const { node, device } = nodeOf(fleet);
    const sent = uploadTo(device, image, whole);
    await until(() => node.state.updater.isRunning, "the upload runs");
    await clock.advanceUntil(() => lastUpload(fleet)?.outcome === "accepted");
    expect((await sent).status).toBe(200);
    const { startedAtMs, endedAtMs = 0 } = node.uploads[0] ?? { startedAtMs: 0 };
    expect(endedAtMs - startedAtMs).toBeCloseTo(
      (image.length / 40_000) * 1000 + Math.ceil(image.length / 4096) * 25,
      6,
    );
  });

  it("is told of every 250 ms in bytes that arrived", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock, physics: { ...physicsPresets.quick, transferBytesPerSecond: 20_000 } });
    const { node, device } = nodeOf(fleet);
    const { heard } = await listen(fleet.broadcast, fleet.udpPort);
    const sent = uploadTo(device, image, whole);
    await until(() => node.state.updater.isRunning, "the upload runs");
    await clock.advanceUntil(() => !node.state.updater.isRunning);
    await sent;
    const progress = () =>
      heard
        .filter(({ text }) => text.includes('"st":"ota"'))
        .map(({ text }) => JSON.parse(text.slice(text.indexOf("{"))).rx);
    await until(() => progress().length >= 8, "progress arrives");
    expect(progress()).toEqual([...progress()].sort((a, b) => a - b));
    expect(progress().length).toBeLessThanOrEqual(11);
  });

  it("that the client breaks off leaves the node serving, and the next one works", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock, physics: physicsPresets.quick });
    const { node, device } = nodeOf(fleet);
    const { type, body } = asMultipart(image);
    const socket = connect(device.port, device.address);
    socket.on("error", () => {});
    socket.write(
      `POST /api/node/update HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 9000));
    await until(() => node.state.updater.isRunning, "the upload runs");
    socket.resetAndDestroy();
    await clock.advanceUntil(() => !node.state.updater.isRunning);
    expect(lastUpload(fleet)).toMatchObject({ outcome: "aborted" });
    const again = uploadTo(device, image, whole);
    await until(() => node.state.updater.isRunning, "the second upload runs");
    await clock.advanceUntil(() => lastUpload(fleet)?.outcome === "accepted");
    expect((await again).status).toBe(200);
  });
});

describe("an upstream node", () => {
  it("ignores what is ours, and says FAIL with status 200", async () => {
    const fleet = await bootFleet({ profile: "upstream-g3" });
    const { node, device } = nodeOf(fleet);
    expect(await uploadTo(device, Buffer.from("MZ no image"), { md5: "0".repeat(32), fence: "1" })).toMatchObject({
      status: 200,
      body: { status: "FAIL" },
    });
    const { bootId } = node.state;
    expect(await uploadTo(device, image, { size: "1", md5: "0".repeat(32), token: "x" })).toMatchObject({
      status: 200,
      body: { status: "OK" },
    });
    await until(() => node.isReachable && node.state.bootId !== bootId, "it restarts");
    expect(node.state.labels.version).toBeUndefined();
  });

  it("has the file system layout of PlatformIO's preset, and so less room", async () => {
    const fleet = await bootFleet({ profile: "upstream-g1" });
    const large = simulatedImage({ name: "big", version: "1.0.0", sizeBytes: 780_000 });
    expect((await uploadTo(nodeOf(fleet).device, large)).body).toMatchObject({ status: "FAIL" });
  });
});

describe("behind the controller's back", () => {
  it("a node can be flashed, labelled and configured", async () => {
    const fleet = await bootFleet();
    const { node } = nodeOf(fleet);
    await node.flashOutOfBand(simulatedImage({ name: "foreign", version: "9.0.0" }));
    node.setLabel("room", "attic");
    node.setConfig({ site: "cellar" });
    await until(() => node.isReachable, "the node is back");
    const { body } = await askDevice({ ...nodeOf(fleet).device, path: "/api/node/status" });
    expect(body).toMatchObject({
      labels: { app: "foreign", room: "attic" },
      x: { version: "9.0.0", cfg: node.state.configHash },
    });
    node.setLabel("room", null);
    expect(node.state.labels).toEqual({ app: "foreign" });
    expect(node.uploads).toEqual([]);
  });
});
