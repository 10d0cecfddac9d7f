import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../controller/base/log.ts";
import type { Action } from "../../../controller/drivers/driver.ts";
import { SporeDriver } from "../../../controller/drivers/spore/spore.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { httpAnswer, isWholeRequest, rawServer } from "../../support/raw-server.ts";

const never = new AbortController().signal;
const status = { freeHeap: 31240, chipId: 0xa1b2c3, flashChipSize: 1048576 };
type Answers = Readonly<Record<string, string>>;

const notFound = httpAnswer(404, '{"error":"not_found"}');
const json = (value: unknown) => httpAnswer(200, JSON.stringify(value));

/** A node that answers these requests, and 404 to all others. */
async function node(answers: Answers, eachTakesMs = 0) {
  const names: string[] = [];
  const server = await rawServer((socket, soFar) => {
    if (!isWholeRequest(soFar)) return;
    const [method, uri = ""] = soFar.toString("latin1", 0, soFar.indexOf("\r\n")).split(" ");
    const name = `${method} ${uri.split("?")[0]}`;
    names.push(name);
    const answer = () => socket.end(answers[name] ?? notFound);
    if (eachTakesMs === 0) answer();
    else void clock.advance(eachTakesMs).then(answer);
  });
  const clock = new ManualClock();
  const discovery = { bind: "127.0.0.1", broadcast: "127.255.255.255", port: 4210 };
  const driver = new SporeDriver({ clock, log: silentLogger, discovery, seeds: [] });
  const target = { address: "127.0.0.1", port: server.port };
  return {
    server,
    names,
    clock,
    driver,
    target,
    observe: () => driver.observe(target, never),
    perform: (action: Action, more = {}) => driver.perform({ ...target, ...more }, action, () => {}, never),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe("SporeDriver.observe", () => {
  it("asks the oldest nodes for their status, their endpoints by both names, and for configuration", async () => {
    await using old = await node({ "GET /api/node/status": json(status) });
    expect(await old.observe()).toEqual({
      identity: { hostname: "esp_A1B2C3", chipId: 0xa1b2c3 },
      freeHeapBytes: 31240,
      ota: { flashBytes: 1048576 },
      config: { kind: "notSupported" },
    });
    expect(old.names).toEqual([
      "GET /api/node/status",
      "GET /api/node/endpoints",
      "GET /api/node/capabilities",
      "GET /api/node/config",
      "GET /api/tasks/status",
    ]);
  });

  it("takes the list of endpoints from where the node has it, and does not ask for what is not in it", async () => {
    const endpoints = { endpoints: [{ uri: "/api/node/status", method: "GET", params: [] }] };
    await using upstream = await node({
      "GET /api/node/status": json(status),
      "GET /api/node/endpoints": json(endpoints),
    });
    expect(await upstream.observe()).toMatchObject({
      endpoints: [{ method: "GET", uri: "/api/node/status" }],
      config: { kind: "notSupported" },
    });
    expect(upstream.names).toHaveLength(2);
  });

  it("gives up a node that makes the most of the deadline of every single request", async () => {
    await using dawdler = await node({ "GET /api/node/status": json(status) }, 9_900);
    await expect(dawdler.observe()).rejects.toMatchObject({ code: "SPORE_DEVICE_UNREACHABLE" });
    expect(dawdler.clock.monotonic()).toBeLessThan(40_000);
  });

  const bare = { "GET /api/node/status": json(status) };
  const listing = (...uris: string[]) => json({ endpoints: uris.map((uri) => ({ uri, method: "GET" })) });
  const [tasks, resources] = ["/api/tasks/status", "/api/monitoring/resources"] as const;
  it.each<[string, Answers, number | undefined]>([
    ["its tasks", { "GET /api/node/endpoints": listing(tasks), [`GET ${tasks}`]: json({ system: { uptime: 5 } }) }, 5],
    [
      "its resources, where it has them",
      {
        "GET /api/node/endpoints": listing(tasks, resources),
        [`GET ${resources}`]: json({ system: { uptime_ms: 6 } }),
      },
      6,
    ],
    ["its tasks, where it lists nothing", { [`GET ${tasks}`]: json({ system: { uptime: 7 } }) }, 7],
    ["nothing that makes sense", { [`GET ${tasks}`]: json({ system: { uptime: "long" } }) }, undefined],
    ["half a JSON text", { [`GET ${tasks}`]: httpAnswer(200, '{"system":{"upt') }, undefined],
  ])("takes the uptime of a node whose status does not tell it from %s", async (_, answers, uptimeMs) => {
    await using upstream = await node({ ...bare, ...answers });
    const observed = upstream.observe();
    let seen: Awaited<typeof observed> | undefined;
    void observed.then((observation) => {
      seen = observation;
    });
    await expect.poll(() => upstream.clock.advance(1).then(() => seen)).toBeDefined();
    expect(seen?.uptimeMs).toBe(uptimeMs);
  });

  it("knows from the list of endpoints what the node has no way to do", async () => {
    await using upstream = await node({ ...bare, "GET /api/node/endpoints": listing(tasks) });
    expect((await upstream.observe()).lacks).toEqual(["Config", "Labels"]);
    await using silent = await node(bare);
    expect((await silent.observe()).lacks).toBeUndefined();
  });

  it("reads configuration without labels, and tells which keys are masked", async () => {
    const config = { site: "lab", wifi_password: "***", ota_token: "", labels: { app: "x" } };
    const own = { hostname: "esp_A1B2C3", cfg: "0a1b2c3d" };
    const api = [{ uri: "/api/node/config", method: "GET" }];
    await using ours = await node({
      "GET /api/node/status": json({ ...status, api, x: own }),
      "GET /api/node/config": json(config),
    });
    expect((await ours.observe()).config).toEqual({
      kind: "values",
      values: { site: "lab", wifi_password: "***", ota_token: "" },
      masked: ["wifi_password"],
      hash: "0a1b2c3d",
    });
  });

  it("reads configuration again only when its hash moved, or something was written", async () => {
    const api = [{ uri: "/api/node/config", method: "GET" }];
    const statusWith = (cfg: string | undefined) => json({ ...status, api, x: { hostname: "esp_A1B2C3", cfg } });
    const answers: Record<string, string> = {
      "GET /api/node/status": statusWith("0a1b2c3d"),
      "GET /api/node/config": json({ site: "lab" }),
    };
    await using ours = await node(answers);
    const configReads = () => ours.names.filter((name) => name === "GET /api/node/config").length;
    const first = await ours.observe();
    expect([(await ours.observe()).config, configReads()]).toEqual([first.config, 1]);
    answers["GET /api/node/status"] = statusWith("ffffffff");
    answers["GET /api/node/config"] = json({ site: "attic" });
    expect((await ours.observe()).config).toMatchObject({ values: { site: "attic" }, hash: "ffffffff" });
    expect(configReads()).toBe(2);
    await ours.perform({ kind: "PushConfig", values: { site: "lab" } });
    await ours.observe();
    expect(configReads()).toBe(3);
    answers["GET /api/node/status"] = statusWith(undefined);
    await ours.observe();
    await ours.observe();
    expect(configReads()).toBe(5);
  });

  it.each(["safe", "ota"])("does not conclude from state %s that there is no configuration", async (state) => {
    await using busy = await node({
      "GET /api/node/status": json({ ...status, x: { hostname: "esp_A1B2C3", state } }),
    });
    expect((await busy.observe()).config).toBeUndefined();
    expect(busy.names).toEqual(["GET /api/node/status"]);
  });

  it("asks once more when an answer was cut short", async () => {
    await using weak = await node({ "GET /api/node/status": httpAnswer(200, '{"chipId":1,"fre') });
    const observed = expect(weak.observe()).rejects.toThrow(expect.objectContaining({ code: "SPORE_DEVICE_PROTOCOL" }));
    await expect.poll(() => weak.clock.advance(1).then(() => weak.names.length)).toBe(2);
    await observed;
  });

  it("comes back after the time that a node short of memory asks for", async () => {
    const low = httpAnswer(503, '{"error":"low_memory"}', "Content-Length: 22\r\nRetry-After: 2");
    await using short = await node({ "GET /api/node/status": low });
    const observed = expect(short.observe()).rejects.toThrow(expect.objectContaining({ code: "SPORE_UNAVAILABLE" }));
    await expect.poll(() => short.clock.nextTimerMs).toBe(2000);
    await short.clock.advance(1999);
    expect(short.names).toHaveLength(1);
    await short.clock.advance(1);
    await observed;
    expect(short.names).toHaveLength(2);
  });
});

describe("SporeDriver.perform", () => {
  const done = json({ status: "success" });

  it("sends an upstream node all its labels as they should become, since it may replace them", async () => {
    await using upstream = await node({
      "GET /api/node/status": json({ ...status, labels: { app: "base", room: "attic", old: "1" } }),
      "POST /api/node/config": done,
    });
    await upstream.perform({ kind: "SetLabels", labels: { room: "lab" }, remove: ["old"] });
    const body = upstream.server.received[1]?.toString().split("\r\n\r\n")[1] ?? "";
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      labels: '{"app":"base","room":"lab"}',
      merge: "1",
    });
  });

  it("sends our firmware only what changes, and null for what goes", async () => {
    await using ours = await node({
      "GET /api/node/status": json({ ...status, labels: { app: "base", old: "1" }, x: { hostname: "esp_A1B2C3" } }),
      "POST /api/node/config": done,
    });
    await ours.perform({ kind: "SetLabels", labels: { room: "lab" }, remove: ["old"] });
    const body = ours.server.received[1]?.toString().split("\r\n\r\n")[1] ?? "";
    expect(new URLSearchParams(body).get("labels")).toBe('{"room":"lab","old":null}');
  });

  it("sends configuration to our firmware as JSON, and to others as a form", async () => {
    const action = { kind: "PushConfig", values: { telemetry_interval_ms: 5000, site: "lab 1" } } as const;
    await using ours = await node({
      "GET /api/node/status": json({ ...status, x: { hostname: "esp_A1B2C3" } }),
      "POST /api/node/config": done,
    });
    await ours.perform(action);
    expect(ours.server.received[1]?.toString().split("\r\n\r\n")[1]).toBe(
      '{"telemetry_interval_ms":5000,"site":"lab 1"}',
    );
    await using other = await node({ "GET /api/node/status": json(status), "POST /api/node/config": done });
    await other.perform(action);
    expect(other.server.received[1]?.toString().split("\r\n\r\n")[1]).toBe("telemetry_interval_ms=5000&site=lab+1");
  });

  it("presents the token, and never in the address of the request", async () => {
    await using ours = await node({ "POST /api/node/restart": done });
    await ours.perform({ kind: "Restart" }, { token: "s3cret" });
    const head = ours.server.received[0]?.toString() ?? "";
    expect(head).toContain("\r\nAuthorization: Bearer s3cret\r\n");
    expect(head.split("\r\n")[0]).not.toContain("s3cret");
  });

  it("refuses a token that would begin another line", async () => {
    await using ours = await node({ "POST /api/node/restart": done });
    expect(await ours.perform({ kind: "Restart" }, { token: "a\r\nX: b" })).toMatchObject({
      kind: "refused",
      reason: "BadRequest",
    });
    expect(ours.names).toEqual([]);
  });

  it.each(["no-slash", "/a b", "/a\r\nX: y", "http://elsewhere/"])("refuses to call %j", async (uri) => {
    await using ours = await node({});
    const outcome = await ours.perform({ kind: "Call", method: "GET", uri, parameters: {} });
    expect(outcome).toMatchObject({ kind: "refused", reason: "BadRequest" });
    expect(ours.names).toEqual([]);
  });

  it("gives the answer of a call, and passes its parameters where they belong", async () => {
    await using ours = await node({
      "GET /api/relay": json({ on: true }),
      "POST /api/relay": httpAnswer(200, "switched"),
    });
    const call = (method: "GET" | "POST") =>
      ours.perform({ kind: "Call", method, uri: "/api/relay?a=1", parameters: { b: "2 3" } });
    expect(await call("GET")).toEqual({ kind: "done", answer: { on: true } });
    expect(await call("POST")).toEqual({ kind: "done", answer: "switched" });
    expect(ours.server.received[0]?.toString()).toContain("GET /api/relay?a=1&b=2+3 HTTP/1.1");
    expect(ours.server.received[1]?.toString()).toMatch(/^POST \/api\/relay\?a=1 HTTP\/1\.1[\s\S]*\r\n\r\nb=2\+3$/);
  });

  it("has nothing to do for no labels", async () => {
    await using ours = await node({});
    expect(await ours.perform({ kind: "SetLabels", labels: {}, remove: [] })).toEqual({ kind: "done" });
    expect(ours.names).toEqual([]);
  });

  it("asks who is there before each write, unless it just did", async () => {
    const identity = { hostname: "esp_A1B2C3", chipId: 0xa1b2c3 };
    await using ours = await node({ "GET /api/node/status": json(status), "POST /api/node/restart": done });
    const restart = () => ours.perform({ kind: "Restart" }, { identity });
    await ours.observe();
    ours.names.length = 0;
    await restart();
    expect(ours.names).toEqual(["POST /api/node/restart"]);
    await restart();
    expect(ours.names.slice(1)).toEqual(["GET /api/node/status", "POST /api/node/restart"]);
    await ours.observe();
    ours.names.length = 0;
    await ours.clock.advance(2000);
    await restart();
    expect(ours.names).toEqual(["GET /api/node/status", "POST /api/node/restart"]);
  });
});

describe("SporeDriver.perform", () => {
  it.each([
    ["nobody", {}],
    ["a stranger", { "GET /api/node/status": json({ ...status, chipId: 0x999999 }) }],
  ])("shows the token to the device that was meant, and not to %s", async (_, answers: Answers) => {
    await using other = await node(answers);
    const identity = { hostname: "esp_A1B2C3", chipId: 0xa1b2c3 };
    const action: Action = { kind: "SetLabels", labels: { app: "lab" }, remove: [] };
    const outcome = await other.perform(action, { identity, token: "s3cret" });
    expect(outcome.kind).not.toBe("done");
    expect(other.names).toContain("GET /api/node/status");
    expect(Buffer.concat(other.server.received).toString()).not.toContain("s3cret");
  });
});
