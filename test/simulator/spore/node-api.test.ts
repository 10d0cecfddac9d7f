import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../controller/simulator/spore/fleet.ts";
import { type ProfileName, profiles } from "../../../controller/simulator/spore/profiles.ts";
import { askDevice } from "../../support/device-request.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, nodeOf, until } from "../../support/spore-fleet.ts";

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const json = { "Content-Type": "application/json" };

const get = (fleet: Fleet, path: string) => askDevice({ ...nodeOf(fleet).device, path });
const post = (fleet: Fleet, path: string, body = "", headers: Record<string, string> = form) =>
  askDevice({ ...nodeOf(fleet).device, method: "POST", path, body, headers });

const everyEndpoint = [...new Set(Object.values(profiles).flatMap(({ endpoints }) => endpoints))];

describe.each(Object.keys(profiles) as ProfileName[])("a node of profile %s", (profile) => {
  it("answers 404 to what its generation does not have, and to nothing else", async () => {
    const fleet = await bootFleet({ profile, clock: new ManualClock() });
    for (const endpoint of everyEndpoint) {
      const [method = "", path = ""] = endpoint.split(" ");
      if (path === "/ws") continue;
      const { status } = await askDevice({ ...nodeOf(fleet).device, method, path, body: "" });
      expect([endpoint, status === 404], `${endpoint} answered ${status}`).toEqual([
        endpoint,
        // A task must be named: the one endpoint whose own answer to nothing is 404.
        !profiles[profile].endpoints.includes(endpoint) || path === "/api/tasks/control",
      ]);
    }
  });

  it("lists exactly what it serves", async () => {
    const fleet = await bootFleet({ profile });
    const [self] = (await get(fleet, "/api/cluster/members")).body.members;
    const { api } = profiles[profile].statusListsApi ? (await get(fleet, "/api/node/status")).body : self;
    const listed = api.map(({ method, uri }: { method: string; uri: string }) => `${method} ${uri}`);
    const application = profile === "spore" ? ["GET /api/lab/reading"] : [];
    const served = profiles[profile].endpoints.filter((endpoint) => endpoint !== "GET /ws");
    expect(listed.sort()).toEqual([...served, ...application].sort());
  });

  it("answers an unknown path, another method and a wrong case with 404", async () => {
    const fleet = await bootFleet({ profile });
    const { device } = nodeOf(fleet);
    for (const [method, path] of [
      ["GET", "/"],
      ["DELETE", "/api/node/status"],
      ["GET", "/api/node/restart"],
      ["GET", "/API/node/status"],
    ] as const) {
      expect(await askDevice({ ...device, method, path })).toMatchObject({ status: 404, body: { error: "not_found" } });
    }
  });
});

describe("GET /api/node/status", () => {
  it("of upstream nodes says nothing of ours", async () => {
    const [first, third] = [await bootFleet({ profile: "upstream-g1" }), await bootFleet({ profile: "upstream-g3" })];
    const chip = ["freeHeap", "chipId", "sdkVersion", "cpuFreqMHz", "flashChipSize"];
    expect(Object.keys((await get(first, "/api/node/status")).body)).toEqual([...chip, "api"]);
    expect(Object.keys((await get(third, "/api/node/status")).body)).toEqual(chip);
  });

  it("of ours has everything the reference lists, and less when asked to be brief", async () => {
    const fleet = await bootFleet({ config: { ota_token: "t" } });
    const { body, headers } = await get(fleet, "/api/node/status");
    const { node } = nodeOf(fleet);
    expect(headers.connection).toBe("close");
    expect(body.x).toMatchObject({
      hostname: node.board.hostname,
      ip: node.board.address,
      mac: node.board.mac,
      boot: node.state.bootId,
      version: "1.0.0",
      app: "lab-sensor",
      platform: "esp8266",
      state: "ok",
      cfg: node.state.configHash,
      token: true,
    });
    expect(body.x.ota).toMatchObject({ fsStart: 962_560, flashMode: 3, gzip: true, signed: false });
    const brief = (await get(fleet, "/api/node/status?brief=1")).body;
    expect([brief.api, brief.labels, brief.x.boot]).toEqual([undefined, undefined, node.state.bootId]);
  });
});

describe("/api/node/config", () => {
  it("takes labels and values from a form, JSON or the query, and shows them", async () => {
    const fleet = await bootFleet();
    const labels = encodeURIComponent('{"room":"lab"}');
    expect(await post(fleet, "/api/node/config", `labels=${labels}&site=roof`)).toMatchObject({
      status: 200,
      body: { status: "success", labels: { app: "lab-sensor", room: "lab" }, restartRequired: false },
    });
    await post(
      fleet,
      "/api/node/config?merge=1",
      JSON.stringify({ labels: { zone: "north" }, sample_interval_ms: 500 }),
      json,
    );
    expect((await get(fleet, "/api/node/config")).body).toMatchObject({
      site: "roof",
      sample_interval_ms: 500,
      labels: { app: "lab-sensor", room: "lab", zone: "north" },
    });
  });

  it("changes nothing when anything in the request is wrong, and names it", async () => {
    const fleet = await bootFleet();
    const { node } = nodeOf(fleet);
    const before = node.state.configHash;
    for (const [body, key] of [
      ['{"site":"roof","nonsense":1}', "nonsense"],
      ['{"site":"roof","labels":{"BAD":"x"}}', "BAD"],
      ['{"site":', "JSON"],
    ] as const) {
      const answer = await post(fleet, "/api/node/config", body, json);
      expect(answer).toMatchObject({
        status: 400,
        body: { error: "bad_request", message: expect.stringContaining(key) },
      });
    }
    expect([node.state.configHash, node.state.ownLabels]).toEqual([before, {}]);
  });

  it("needs the token, in the header or the query", async () => {
    const fleet = await bootFleet({ config: { ota_token: "s3cret" } });
    expect((await post(fleet, "/api/node/config", "site=a")).status).toBe(401);
    expect((await post(fleet, "/api/node/config", "site=a", { ...form, Authorization: "Bearer wrong" })).status).toBe(
      401,
    );
    expect((await post(fleet, "/api/node/config", "site=a", { ...form, Authorization: "Bearer s3cret" })).status).toBe(
      200,
    );
    expect((await get(fleet, "/api/node/config")).text).not.toContain("s3cret");
    expect((await post(fleet, "/api/node/restart?token=s3cret")).status).toBe(200);
  });

  it("refuses a body of more than 1 KiB", async () => {
    const fleet = await bootFleet();
    expect(await post(fleet, "/api/node/config", `site=${"x".repeat(1024)}`)).toMatchObject({
      status: 413,
      body: { error: "too_large" },
    });
  });
});

describe("the other endpoints", () => {
  it("restart answers first, waits for the node's delay, and starts again", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock, config: { restart_delay_ms: 700 } });
    const { node } = nodeOf(fleet);
    const before = node.state.bootId;
    expect((await post(fleet, "/api/node/restart")).body).toEqual({ status: "success", message: "restarting" });
    await until(() => clock.timers > 0, "the restart is planned");
    await clock.settle();
    await clock.advance(699);
    expect(node.state.bootId).toBe(before);
    await clock.advance(1);
    expect(node.state.bootId).not.toBe(before);
    await until(() => node.isReachable, "the node is back");
  });

  it("tasks can be listed, switched off, and given another interval until the next start", async () => {
    const fleet = await bootFleet();
    const { node } = nodeOf(fleet);
    const tasks = (await get(fleet, "/api/tasks/status")).body;
    expect(tasks.summary).toEqual({ totalTasks: 9, activeTasks: 9 });
    expect(tasks.tasks).toContainEqual({
      name: "heartbeat",
      interval: 2000,
      enabled: true,
      running: true,
      autoStart: true,
    });
    expect((await post(fleet, "/api/tasks/control", "task=heartbeat&action=disable")).body).toMatchObject({
      success: true,
      taskDetails: { name: "heartbeat", enabled: false },
    });
    await post(fleet, "/api/tasks/control", "task=node_update&action=interval&value=250");
    expect([
      node.state.disabledTasks.has("heartbeat"),
      node.state.setting("node_update_broadcast_interval_ms"),
    ]).toEqual([true, 250]);
    expect((await post(fleet, "/api/tasks/control", "task=nobody&action=status")).status).toBe(404);
    expect((await post(fleet, "/api/tasks/control", "task=heartbeat&action=jump")).status).toBe(400);
    expect((await post(fleet, "/api/tasks/control", "task=heartbeat&action=interval&value=9")).status).toBe(400);
    node.powerCut();
    node.powerOn();
    expect([node.state.disabledTasks.size, node.state.setting("node_update_broadcast_interval_ms")]).toEqual([0, 5000]);
  });

  it("events reach the bus; one that fits no datagram is refused", async () => {
    const fleet = await bootFleet();
    const events: string[] = [];
    nodeOf(fleet).node.onEvent((event, payload) => events.push(`${event} ${payload}`));
    await post(fleet, "/api/node/event", `event=lamp&payload=${encodeURIComponent('{"on":true}')}`);
    await post(fleet, "/api/cluster/event", '{"event":"lamp","payload":{"on":false}}', json);
    expect(events).toEqual(['lamp {"on":true}', 'lamp {"on":false}']);
    expect((await post(fleet, "/api/node/event", "payload=1")).status).toBe(400);
    expect((await post(fleet, "/api/cluster/event", `event=lamp&payload=${"x".repeat(490)}`)).status).toBe(413);
  });

  it("the WiFi can be changed, and restarts the node", async () => {
    const fleet = await bootFleet({ profile: "upstream-g3" });
    const { node } = nodeOf(fleet);
    const before = node.state.bootId;
    expect((await post(fleet, "/api/network/wifi/config", "ssid=")).status).toBe(400);
    expect((await post(fleet, "/api/network/wifi/config", "ssid=home&password=p")).body).toMatchObject({
      config_saved: true,
    });
    await until(() => node.isReachable && node.state.bootId !== before, "the node restarts");
    expect((await get(fleet, "/api/network/status")).body.wifi.ssid).toBe("home");
  });
});

describe("admission", () => {
  it("refuses a fourth request at once with 503 and 40 bytes at most, and a sixth connection altogether", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock });
    const { node } = nodeOf(fleet);
    node.setFault("slow-answers", 1000);
    const answers = Array.from({ length: 5 }, () => get(fleet, "/api/node/status"));
    await until(() => clock.timers > 0, "requests wait");
    const settled = Promise.allSettled(answers);
    for (let turn = 0; turn < 20; turn++) await clock.advance(100);
    const statuses = (await settled).map((answer) => (answer.status === "fulfilled" ? answer.value.status : "reset"));
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
  });

  it("in safe mode leaves status, update and restart", async () => {
    const fleet = await bootFleet();
    const { node } = nodeOf(fleet);
    node.setFault("crash-loop");
    node.state.stage({ ...node.state.image, boots: "crashes" });
    await post(fleet, "/api/node/restart");
    await until(() => node.isReachable && node.state.inSafeMode, "safe mode");
    expect((await get(fleet, "/api/node/status")).body.x.state).toBe("safe");
    expect((await get(fleet, "/api/node/config")).status).toBe(404);
    expect((await get(fleet, "/api/lab/reading")).status).toBe(404);
    expect((await post(fleet, "/api/node/restart")).status).toBe(200);
  });
});
