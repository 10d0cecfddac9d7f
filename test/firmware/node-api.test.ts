import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { canonicalJson, type JsonValue } from "../../controller/base/json.ts";
import { board, describeBoards } from "./board.ts";

const form = { "Content-Type": "application/x-www-form-urlencoded" };

describeBoards("the node's status", () => {
  it("has the six keys of upstream nodes, and ours under x", async () => {
    await using node = await board({ labels: { bench: "one" } });
    const { status, headers, body } = await node.get("/api/node/status");
    expect(status).toBe(200);
    expect(headers).toMatchObject({ connection: "close", "content-type": "application/json" });
    expect(body).toMatchObject({
      freeHeap: expect.any(Number),
      chipId: Number.parseInt(node.hostname.slice(4), 16),
      sdkVersion: expect.any(String),
      cpuFreqMHz: expect.any(Number),
      flashChipSize: 1048576,
      api: expect.arrayContaining([
        { uri: "/api/node/status", method: "GET" },
        { uri: "/api/node/update", method: "POST" },
        { uri: "/api/lab/reading", method: "GET" },
      ]),
      labels: { app: "lab-sensor", bench: "one" },
      x: {
        hostname: node.hostname,
        ip: node.address,
        version: "1.0.0",
        app: "lab-sensor",
        platform: "host",
        state: "ok",
        token: false,
        resetReason: "Power On",
        ota: {
          fsStart: 0xeb000,
          flashMode: 3,
          gzip: true,
          signed: false,
          sketchMD5: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      },
    });
  });

  it("leaves out endpoints and labels when asked to be brief", async () => {
    await using node = await board();
    const { body } = await node.get("/api/node/status?brief=1");
    expect(body).toHaveProperty("x.version", "1.0.0");
    expect(body).not.toHaveProperty("api");
    expect(body).not.toHaveProperty("labels");
  });
});

describeBoards("what a node offers", () => {
  it("is described in the same way under both names", async () => {
    await using node = await board();
    const endpoints = await node.get("/api/node/endpoints");
    expect(endpoints.body).toEqual((await node.get("/api/node/capabilities")).body);
    expect(endpoints.body).toMatchObject({
      endpoints: expect.arrayContaining([
        {
          uri: "/api/tasks/control",
          method: "POST",
          params: expect.arrayContaining([
            {
              name: "action",
              location: "body",
              required: true,
              type: "string",
              values: ["enable", "disable", "start", "stop", "status", "interval"],
              default: "",
            },
          ]),
        },
      ]),
    });
  });

  it("is more in 1.1.0 than in 1.0.0", async () => {
    await using before = await board();
    await using after = await board({ version: "1.1.0" });
    expect((await before.get("/api/lab/statistics")).status).toBe(404);
    expect((await after.get("/api/lab/statistics")).body).toMatchObject({ samples: expect.any(Number) });
    expect((await before.get("/api/tasks/status")).text).not.toContain("lab_statistics");
    expect((await after.get("/api/tasks/status")).text).toContain("lab_statistics");
  });

  it.each([
    ["GET", "/"],
    ["GET", "/api/node/update"],
    ["POST", "/api/node/status"],
    ["PUT", "/api/node/config"],
    ["DELETE", "/api/node/config"],
  ])("answers %s %s with 404", async (method, path) => {
    await using node = await board();
    expect(await node.send(method, path)).toMatchObject({ status: 404, body: { error: "not_found" } });
  });
});

describeBoards("the node's configuration", () => {
  it("takes JSON, keeps it, and shows it", async () => {
    await using node = await board();
    const { status, body } = await node.post("/api/node/config", { telemetry_interval_ms: 5000, site: 'Gewächs "A"' });
    expect([status, body]).toEqual([200, expect.objectContaining({ status: "success", restartRequired: false })]);
    expect((await node.get("/api/node/config")).body).toMatchObject({
      telemetry_interval_ms: 5000,
      site: 'Gewächs "A"',
    });
    expect(JSON.parse(readFileSync(join(node.stateDir, "config.json"), "utf8"))).toEqual({
      labels: {},
      site: 'Gewächs "A"',
      telemetry_interval_ms: 5000,
    });
  });

  it("takes a form, with labels as JSON text", async () => {
    await using node = await board();
    const body = new URLSearchParams({ sample_interval_ms: "250", labels: '{"room":"lab","empty":""}' }).toString();
    expect((await node.send("POST", "/api/node/config", { headers: form, body })).body).toMatchObject({
      labels: { app: "lab-sensor", room: "lab" },
    });
    expect((await node.get("/api/node/config")).body).toMatchObject({ sample_interval_ms: 250 });
    expect((await node.get("/api/tasks/status")).body).toMatchObject({
      tasks: expect.arrayContaining([expect.objectContaining({ name: "lab_sample", interval: 250 })]),
    });
  });

  it("replaces labels, or merges them when told to; null removes one", async () => {
    await using node = await board();
    await node.post("/api/node/config", { labels: { a: "1", b: "2" } });
    await node.post("/api/node/config", { labels: { b: null, c: "3" }, merge: 1 });
    expect((await node.get("/api/node/config")).body).toMatchObject({ labels: { app: "lab-sensor", a: "1", c: "3" } });
    const { body } = await node.post("/api/node/config", { labels: { d: "4" } });
    expect(body).toMatchObject({ labels: { app: "lab-sensor", d: "4" } });
    expect(body).not.toHaveProperty("labels.a");
  });

  it("goes back to a default for null", async () => {
    await using node = await board();
    await node.post("/api/node/config", { telemetry_interval_ms: 5000 });
    await node.post("/api/node/config", { telemetry_interval_ms: null });
    expect((await node.get("/api/node/config")).body).toMatchObject({ telemetry_interval_ms: 10_000 });
  });

  it.each([
    [{ bogus_key: 1 }, /bogus_key is not a key of this node/],
    [{ telemetry_interval_ms: "soon" }, /telemetry_interval_ms must be a whole number/],
    [{ telemetry_interval_ms: 1 }, /telemetry_interval_ms is too small/],
    [{ telemetry_interval_ms: 99_999_999 }, /telemetry_interval_ms is too large/],
    [{ telemetry_interval_ms: -5 }, /telemetry_interval_ms must be a whole number/],
    [{ site: "x".repeat(65) }, /site is too long/],
    [{ labels: { "Bad Key": "x" } }, /label key/],
    [{ labels: { room: "x".repeat(65) } }, /label value/],
    [{ labels: { room: 5 } }, /label value is a string/],
    [{ labels: "[]" }, /labels/],
    [{ labels: Object.fromEntries("abcdefghi".split("").map((key) => [key, "1"])) }, /at most 8 labels/],
    [{ labels: Object.fromEntries("abcde".split("").map((key) => [key, "y".repeat(60)])) }, /longer than 256 bytes/],
  ])("refuses %j as a whole, and says why", async (wrong, message) => {
    await using node = await board();
    const before = (await node.get("/api/node/config")).text;
    const { status, body } = await node.post("/api/node/config", { sample_interval_ms: 777, ...wrong });
    expect([status, body]).toEqual([400, { error: "bad_request", message: expect.stringMatching(message) }]);
    expect((await node.get("/api/node/config")).text).toBe(before);
  });

  it("keeps defaults when its file cannot be read, and the file for a person to look at", async () => {
    await using node = await board({ config: {} });
    await node.powerCut();
    writeFileSync(join(node.stateDir, "config.json"), "{torn");
    await using again = await board({ stateDir: node.stateDir, address: node.address });
    expect((await again.get("/api/node/config")).body).toMatchObject({ telemetry_interval_ms: 10_000 });
    expect(readFileSync(join(node.stateDir, "config.json.bad"), "utf8")).toBe("{torn");
  });

  it("is set aside as well when it is far too long", async () => {
    await using node = await board({ config: {} });
    await node.powerCut();
    writeFileSync(join(node.stateDir, "config.json"), `{"site":"${"x".repeat(5000)}"}`);
    await using again = await board({ stateDir: node.stateDir, address: node.address });
    expect((await again.get("/api/node/config")).body).toMatchObject({ site: "" });
    expect(readFileSync(join(node.stateDir, "config.json.bad"), "utf8")).toHaveLength(5011);
  });

  it("is proved by a hash under the token, without the token's being told", async () => {
    const token = "correct horse";
    await using node = await board();
    await node.post("/api/node/config", { ota_token: token, wifi_password: "hunter22", site: "bench-1" });
    const { body: shown, text } = await node.get("/api/node/config");
    expect(shown).toMatchObject({ ota_token: "***", wifi_password: "***" });
    expect(text).not.toContain("hunter22");
    const { labels: _labels, ota_token: _token, ...values } = shown as Record<string, JsonValue>;
    const expected = createHmac("sha256", token)
      .update(canonicalJson({ ...values, wifi_password: "hunter22" }))
      .digest("hex")
      .slice(0, 8);
    expect((await node.get("/api/node/status?brief=1")).body).toMatchObject({ x: { cfg: expected, token: true } });
  });

  it("needs the token for every write once there is one", async () => {
    await using node = await board();
    await node.post("/api/node/config", { ota_token: "s3cret" });
    for (const path of ["/api/node/config", "/api/node/restart", "/api/node/event", "/api/tasks/control"])
      expect(await node.post(path, {})).toMatchObject({ status: 401, body: { error: "unauthorized" } });
    expect((await node.post("/api/node/config", { site: "x" }, { Authorization: "Bearer s3cret" })).status).toBe(200);
    expect((await node.post("/api/node/config?token=s3cret", { site: "y" })).status).toBe(200);
    expect((await node.post("/api/node/config?token=s3cre", { site: "z" })).status).toBe(401);
    expect((await node.get("/api/node/status")).status).toBe(200);
  });
});

describeBoards("the node's tasks", () => {
  it("are listed and steered", async () => {
    await using node = await board();
    expect((await node.get("/api/tasks/status")).body).toMatchObject({
      summary: { totalTasks: expect.any(Number), activeTasks: expect.any(Number) },
      tasks: expect.arrayContaining([
        { name: "heartbeat", interval: 2000, enabled: true, running: true, autoStart: true },
        expect.objectContaining({ name: "discovery_send", interval: 1000 }),
      ]),
      system: { freeHeap: expect.any(Number), uptime: expect.any(Number) },
    });
    expect((await node.post("/api/tasks/control", { task: "heartbeat", action: "disable" })).body).toEqual({
      success: true,
      message: "done",
      task: "heartbeat",
      action: "disable",
      taskDetails: { name: "heartbeat", interval: 2000, enabled: false, running: false },
    });
    expect(await node.post("/api/tasks/control", { task: "nope", action: "stop" })).toMatchObject({ status: 404 });
    expect(await node.post("/api/tasks/control", { task: "heartbeat", action: "jump" })).toMatchObject({ status: 400 });
    expect(await node.post("/api/tasks/control", { task: "heartbeat", action: "interval", value: 5 })).toMatchObject({
      status: 400,
    });
    expect(await node.post("/api/tasks/control", { task: "heartbeat", action: "interval", value: 500 })).toMatchObject({
      body: { taskDetails: { interval: 500 } },
    });
  });
});

describeBoards("a node's other endpoints", () => {
  it("tell of network, resources and members", async () => {
    await using node = await board();
    expect((await node.get("/api/network/status")).body).toMatchObject({
      wifi: { connected: true, mode: "STA", ip: node.address, hostname: node.hostname, ap_ip: "0.0.0.0" },
    });
    expect((await node.get("/api/network/wifi/scan")).body).toEqual({ access_points: [], scanning: false });
    expect((await node.send("POST", "/api/network/wifi/scan")).body).toEqual({ status: "scanning" });
    expect((await node.get("/api/monitoring/resources")).body).toMatchObject({
      memory: { total_heap: 81920, free_heap: expect.any(Number) },
      filesystem: { total_bytes: 65536 },
      system: { uptime_formatted: expect.stringMatching(/^0h 0m \d+s$/) },
    });
    expect((await node.get("/api/cluster/members")).body).toMatchObject({
      members: [{ hostname: node.hostname, ip: node.address, latency: 0, status: "active" }],
    });
    expect((await node.get("/api/lab/reading")).body).toMatchObject({ site: "", samples: expect.any(Number) });
  });

  it("restart the node, under the same process and with a new boot number", async () => {
    await using node = await board();
    await node.post("/api/node/config", { restart_delay_ms: 0 });
    const bootOf = async () =>
      (await node.get("/api/node/status?brief=1")).body as { x: { boot: number; resetReason: string } };
    const before = await bootOf();
    expect((await node.post("/api/node/restart", {})).body).toEqual({ status: "success", message: "restarting" });
    await expect
      .poll(
        async () =>
          bootOf().then(
            ({ x }) => x.boot !== before.x.boot,
            () => false,
          ),
        { timeout: 5000 },
      )
      .toBe(true);
    expect((await bootOf()).x.resetReason).toBe("Software/System restart");
  });

  it("save WiFi credentials and restart", async () => {
    await using node = await board();
    const body = new URLSearchParams({ ssid: "lab net", password: "pass word" }).toString();
    expect((await node.send("POST", "/api/network/wifi/config", { headers: form, body })).body).toMatchObject({
      status: "success",
      config_saved: true,
      restarting: true,
    });
    expect((await node.send("POST", "/api/network/wifi/config", { headers: form, body: "" })).status).toBe(400);
    expect(JSON.parse(readFileSync(join(node.stateDir, "config.json"), "utf8"))).toMatchObject({
      wifi_ssid: "lab net",
      wifi_password: "pass word",
    });
  });
});
