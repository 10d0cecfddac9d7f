import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { FaultName } from "../../../controller/simulator/spore/faults.ts";
import type { Fleet, FleetOptions } from "../../../controller/simulator/spore/fleet.ts";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { askDevice, asMultipart, md5Of, uploadTo } from "../../support/device-request.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, nodeOf, until } from "../../support/spore-fleet.ts";

const image = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 40_960 });
const whole = { size: String(image.length), md5: md5Of(image) };

async function faulty(fault: FaultName, value?: number, options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await bootFleet(options);
  nodeOf(fleet).node.setFault(fault, value);
  return fleet;
}

const version = (fleet: Fleet) => nodeOf(fleet).node.state.image.version;
const lastUpload = (fleet: Fleet) => nodeOf(fleet).node.uploads.at(-1);

describe("the fault", () => {
  const status = (fleet: Fleet) => askDevice({ ...nodeOf(fleet).device, path: "/api/node/status" });

  it("refuse-upload answers with the updater's error", async () => {
    const fleet = await faulty("refuse-upload", 1);
    expect(await uploadTo(nodeOf(fleet).device, image)).toMatchObject({
      status: 500,
      body: { status: "FAIL", code: 1 },
    });
  });

  it("busy answers writes with 409 and reads as ever", async () => {
    const fleet = await faulty("busy");
    const { device } = nodeOf(fleet);
    expect(await uploadTo(device, image)).toMatchObject({ status: 409, body: { error: "busy" } });
    expect((await askDevice({ ...device, method: "POST", path: "/api/node/restart", body: "" })).status).toBe(409);
    expect((await status(fleet)).status).toBe(200);
  });

  it("low-memory answers everything with 503 in at most 40 bytes", async () => {
    const fleet = await faulty("low-memory");
    const answer = await status(fleet);
    expect(answer).toMatchObject({ status: 503, body: { error: "low_memory" }, headers: { "retry-after": "2" } });
    expect(answer.text.length).toBeLessThanOrEqual(40);
    expect((await uploadTo(nodeOf(fleet).device, image)).status).toBe(503);
  });

  it("slow-answers answers after its time, by the injected clock", async () => {
    const clock = new ManualClock();
    const fleet = await faulty("slow-answers", 5000, { clock });
    let answered = false;
    const answer = status(fleet).then((value) => {
      answered = true;
      return value;
    });
    await until(() => clock.nextTimerMs !== undefined, "the answer waits");
    await clock.advance(4999);
    expect(answered).toBe(false);
    await clock.advance(5001);
    expect((await answer).status).toBe(200);
  });

  it("no-answer accepts and says nothing, until the power goes", async () => {
    const fleet = await faulty("no-answer");
    const { node, device } = nodeOf(fleet);
    const socket = connect(device.port, device.address);
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once("error", resolve));
    socket.write("GET /api/node/status HTTP/1.1\r\nHost: x\r\n\r\n");
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    node.powerCut();
    expect((await failed).code).toBe("ECONNRESET");
    expect(received).toEqual([]);
  });

  it("half-json sends JSON that stops in the middle", async () => {
    const answer = await status(await faulty("half-json"));
    expect([answer.status, answer.body, answer.text.startsWith('{"freeHeap":')]).toEqual([200, undefined, true]);
  });

  it("cut-answer closes the connection in the middle of an answer", async () => {
    await expect(status(await faulty("cut-answer"))).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("drop-upload resets the connection after so many bytes", async () => {
    const fleet = await faulty("drop-upload", 8192);
    await expect(uploadTo(nodeOf(fleet).device, image)).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNRESET|EPIPE/),
    });
    await until(() => lastUpload(fleet)?.endedAtMs !== undefined, "the upload ends");
    expect(lastUpload(fleet)).toMatchObject({ outcome: "aborted" });
    expect(nodeOf(fleet).node.state.updater.isRunning).toBe(false);
  });

  it("stall-upload stops reading until the client gives up", async () => {
    const fleet = await faulty("stall-upload", 1024);
    const { node, device } = nodeOf(fleet);
    const { type, body } = asMultipart(image);
    const socket = connect(device.port, device.address);
    socket.on("error", () => {});
    socket.write(
      `POST /api/node/update HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    await until(() => node.state.updater.receivedBytes > 0, "bytes arrive");
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([node.state.updater.isRunning, lastUpload(fleet)?.outcome]).toEqual([true, "running"]);
    node.powerCut();
    await until(() => lastUpload(fleet)?.outcome === "aborted", "the upload ends");
    socket.destroy();
  });

  it("reset-after-upload resets instead of answering, and has taken the image", async () => {
    const fleet = await faulty("reset-after-upload");
    await expect(uploadTo(nodeOf(fleet).device, image)).rejects.toMatchObject({ code: "ECONNRESET" });
    await until(() => version(fleet) === "1.1.0", "the image runs all the same");
  });

  it("reset-and-forget resets instead of answering, and has not", async () => {
    const fleet = await faulty("reset-and-forget");
    const { bootId } = nodeOf(fleet).node.state;
    await expect(uploadTo(nodeOf(fleet).device, image)).rejects.toMatchObject({ code: "ECONNRESET" });
    await until(() => lastUpload(fleet)?.outcome === "aborted", "the upload ends");
    expect([version(fleet), nodeOf(fleet).node.state.bootId]).toEqual(["1.0.0", bootId]);
  });

  it("power-cut-upload takes the power in the middle; the old image comes back", async () => {
    const fleet = await faulty("power-cut-upload", 8192);
    const { node, device } = nodeOf(fleet);
    await expect(uploadTo(device, image)).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect(node.state.phase).toEqual({ kind: "off" });
    await expect(status(fleet)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    node.powerOn();
    await until(() => node.isReachable, "the node is back");
    expect((await status(fleet)).body.x).toMatchObject({ version: "1.0.0", resetReason: "Power On" });
  });

  it("lying-version restarts and reports the old version and MD5", async () => {
    const fleet = await faulty("lying-version");
    const { node, device } = nodeOf(fleet);
    const before = (await status(fleet)).body.x;
    await uploadTo(device, image, whole);
    await until(() => node.isReachable && node.state.bootId !== before.boot, "it restarts");
    const after = (await status(fleet)).body.x;
    expect([after.version, after.ota.sketchMD5]).toEqual([before.version, before.ota.sketchMD5]);
  });

  it("foreign-identity answers as another board", async () => {
    const fleet = await bootFleet();
    const own = (await status(fleet)).body.x.hostname;
    nodeOf(fleet).node.setFault("foreign-identity");
    expect((await status(fleet)).body.x.hostname).not.toBe(own);
  });

  it("mute and loss keep datagrams back", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ count: 2, clock });
    nodeOf(fleet, 0).node.setFault("mute");
    nodeOf(fleet, 1).node.setFault("loss", 50);
    await clock.advance(600_000);
    const { sent, lost } = fleet.traffic;
    // 300 heartbeats, 120 updates and 60 discoveries of the second node, half of them lost.
    expect(sent + lost).toBeGreaterThan(430);
    expect(sent + lost).toBeLessThan(530);
    expect(lost / (sent + lost)).toBeGreaterThan(0.4);
    expect(lost / (sent + lost)).toBeLessThan(0.6);
  });
});
