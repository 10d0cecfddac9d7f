import { beforeAll, describe, expect, it } from "vitest";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { board, firmware } from "../../firmware/board.ts";
import { askDevice, md5Of, uploadTo } from "../../support/device-request.ts";
import { hasTool } from "../../support/machine-tools.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, type DeviceAddress, nodeOf } from "../../support/spore-fleet.ts";

/** A value with everything left out that differs from board to board: keys and types. Lists show what kinds of elements they have. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((element) => JSON.stringify(shapeOf(element))))].sort();
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, shapeOf(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function readFrom(device: DeviceAddress, method: string, path: string, body?: string) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return askDevice({ ...device, method, path, headers, body: body ?? "" });
}

const image = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 20_000 });
const config = { ota_token: "s3cret", site: "roof", sample_interval_ms: 500 };

/** The firmware is the authority: what it says, a simulated node must say in the same form. */
describe.skipIf(!hasTool("compiler"))("a simulated node beside the firmware (needs a C++ compiler)", () => {
  beforeAll(async () => void (await firmware()), 120_000);

  async function both() {
    const real = await board({ config });
    const fleet = await bootFleet({
      clock: new ManualClock(),
      config: { ...config, udp_port: 4210, restart_delay_ms: 1000 },
    });
    return { real, simulated: nodeOf(fleet).device };
  }

  it.each([
    "/api/node/status",
    "/api/node/status?brief=1",
    "/api/node/endpoints",
    "/api/node/config",
    "/api/cluster/members",
    "/api/tasks/status",
    "/api/network/status",
    "/api/monitoring/resources",
    "/api/lab/reading",
    "/api/nothing",
  ])("answers GET %s in the same form", async (path) => {
    const { real, simulated } = await both();
    await using board = real;
    const [truth, copy] = [await readFrom(board, "GET", path), await readFrom(simulated, "GET", path)];
    expect(copy.status).toBe(truth.status);
    // The node itself comes first; who else it has heard is a matter of luck.
    for (const { body } of [truth, copy]) body.members?.splice(1);
    expect(shapeOf(copy.body)).toEqual(shapeOf(truth.body));
  });

  it("shows the same configuration, and proves it by the same hash", async () => {
    const { real, simulated } = await both();
    await using board = real;
    const [truth, copy] = [
      await readFrom(board, "GET", "/api/node/config"),
      await readFrom(simulated, "GET", "/api/node/config"),
    ];
    expect(copy.body).toEqual(truth.body);
    const hashOf = async (device: DeviceAddress) =>
      (await readFrom(device, "GET", "/api/node/status?brief=1")).body.x.cfg;
    expect(await hashOf(simulated)).toBe(await hashOf(board));
  });

  it.each([
    ["/api/node/config", "site=cellar"],
    ["/api/node/config?token=s3cret", "site=cellar"],
    ["/api/node/config?token=s3cret", "nonsense=1"],
    ["/api/node/config?token=s3cret", "heartbeat_interval_ms=1"],
    ["/api/node/config?token=s3cret", `labels=${encodeURIComponent('{"room":"lab"}')}&merge=1`],
    ["/api/node/config?token=s3cret", `labels=${encodeURIComponent('{"ROOM":"lab"}')}`],
    ["/api/node/event?token=s3cret", "event=lamp&payload=1"],
    ["/api/node/event?token=s3cret", "payload=1"],
    ["/api/tasks/control?token=s3cret", "task=heartbeat&action=disable"],
    ["/api/tasks/control?token=s3cret", "task=nobody&action=disable"],
    ["/api/tasks/control?token=s3cret", "task=heartbeat&action=jump"],
    ["/api/node/update?token=s3cret", "no multipart"],
    ["/api/node/restart", ""],
    ["/api/network/wifi/scan?token=s3cret", ""],
  ])("answers POST %s with %o in the same form", async (path, body) => {
    const { real, simulated } = await both();
    await using board = real;
    const [truth, copy] = [await readFrom(board, "POST", path, body), await readFrom(simulated, "POST", path, body)];
    expect([copy.status, copy.body?.error, copy.body?.status]).toEqual([
      truth.status,
      truth.body?.error,
      truth.body?.status,
    ]);
    expect(shapeOf(copy.body)).toEqual(shapeOf(truth.body));
  });

  it.each<[string, Uint8Array, Record<string, string>]>([
    ["without the token", image, {}],
    ["that is too large", image, { token: "s3cret", size: "962560" }],
    ["that is no image", Buffer.from("MZ no image"), { token: "s3cret" }],
    ["with another MD5", image, { token: "s3cret", md5: "0".repeat(32) }],
    ["that is shorter than it says", image, { token: "s3cret", size: String(image.length + 1) }],
    ["that is longer than it says", image, { token: "s3cret", size: String(image.length - 1) }],
    ["with a wrong size", image, { token: "s3cret", size: "many" }],
    ["with a wrong fence", image, { token: "s3cret", fence: "-1" }],
    ["that it takes", image, { token: "s3cret", md5: md5Of(image), size: String(image.length), fence: "9" }],
  ])("answers an upload %s in the same form", async (_what, bytes, query) => {
    const { real, simulated } = await both();
    await using board = real;
    const [truth, copy] = [await uploadTo(board, bytes, query), await uploadTo(simulated, bytes, query)];
    expect([copy.status, copy.body?.code]).toEqual([truth.status, truth.body?.code]);
    expect(shapeOf(copy.body)).toEqual(shapeOf(truth.body));
  });
});
