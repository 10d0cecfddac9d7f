import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { sleep, systemClock } from "../../controller/base/clock.ts";
import type { HostNode } from "../../controller/demo/host-node.ts";
import { nodeNameOf } from "../../controller/drivers/node-name.ts";
import { eventually, stateOf } from "../reconcilers/control-plane.ts";
import { askDevice, uploadTo } from "../support/device-request.ts";
import { hasTool } from "../support/machine-tools.ts";
import { ownUdpPort } from "../support/own-network.ts";
import { type BuildFolder, copyOfBuild, HostBoards } from "./host-boards.ts";
import { type Plane, startPlane } from "./plane.ts";
import { never } from "./simulated.ts";

const boardsInAll = 6;
/** What is promised, and seconds of the machine that runs the test. */
const notReadyWithinMs = 15_000;
const convergedWithinMs = 30_000;
const wantedConfig = { site: "bench-1", telemetry_interval_ms: 5000 };
const group = {
  apiVersion: "spore.dev/v1alpha1",
  kind: "NodeGroup",
  metadata: { name: "lab" },
  spec: {
    selector: { matchLabels: { "spore.dev/family": "spore" } },
    adoption: "Automatic",
    minReadySeconds: 3,
    strategy: { maxUnavailable: boardsInAll },
    template: { labels: { room: "lab" }, firmware: { name: "lab-sensor-1.1.0" }, config: [{ values: wantedConfig }] },
  },
};

/** The C++ firmware in processes, under a spored in its own. The boards drift one each, all at the same time. */
describe.skipIf(!hasTool("compiler"))("a converged fleet of node processes (needs a C++ compiler)", () => {
  let build: BuildFolder;
  let boards: HostBoards;
  let plane: Plane;

  beforeAll(async () => {
    build = await copyOfBuild();
    const udpPort = await ownUdpPort();
    boards = await HostBoards.start(boardsInAll, { ...build, factoryImage: build.image("1.0.0"), udpPort });
    plane = await startPlane({ udpPort, flags: ["--auto-adopt", "default", "--ota-parallel", "8"] });
    expect(await plane.sporectl(["firmware", "push", build.image("1.1.0").path])).toMatchObject({ code: 0 });
    expect(await plane.sporectl(["apply", "-f", "-"], stringify(group))).toMatchObject({ code: 0, stderr: "" });
    const all = (lab: NodeGroup | undefined) => lab?.status?.readyNodes === boardsInAll;
    await eventually(plane.client, NodeGroup, "lab", all, 60_000);
  }, 120_000);
  afterAll(async () => {
    await plane?.[Symbol.asyncDispose]();
    await boards?.[Symbol.asyncDispose]();
    await build?.[Symbol.asyncDispose]();
  });

  const until = (board: HostNode, holds: (node: Node) => boolean, limitMs: number) =>
    eventually(plane.client, Node, nodeNameOf(board.hostname), (node) => node !== undefined && holds(node), limitMs);
  const ask = async (board: HostNode, path: string, body?: object) => {
    const write = body && {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    return askDevice({ address: board.address, port: await board.httpPort(), path, ...write });
  };
  /** Asks the board itself until it says what it should. A board that restarts does not answer. */
  const boardSays = async (board: HostNode, path: string, expected: object) => {
    const endMs = systemClock.monotonic() + convergedWithinMs;
    for (;;) {
      const said = await ask(board, path).then(
        ({ body }) => body,
        () => undefined,
      );
      if (holds(said, expected)) return;
      if (systemClock.monotonic() > endMs) expect(said).toMatchObject(expected);
      await sleep(systemClock, 100, never);
    }
  };

  /** Ready, and said of the start that the board is in now: what was true before a restart is still stored for a while after it. */
  const readyAgain = async (board: HostNode, limitMs: number) => {
    const { body } = await ask(board, "/api/node/status");
    expect(body.x.boot).toEqual(expect.any(Number));
    const isReady = (node: Node) =>
      node.status?.bootId === body.x.boot && stateOf(node, "Ready").startsWith("True") && runs(node, "1.1.0");
    await until(board, isReady, limitMs);
  };
  const runs = (node: Node, version: string) => node.status?.firmware?.version === version;

  describe.concurrent("is kept what the group says", { timeout: 100_000 }, () => {
    it("a killed node is NotReady within 15 s, and converged within 30 s of its restart", async () => {
      const board = boards.at(0);
      await board.powerCut();
      await until(board, (node) => stateOf(node, "Ready") === "False Unreachable", notReadyWithinMs);
      const again = await boards.powerOn(0);
      await readyAgain(again, convergedWithinMs);
    });

    it("firmware that somebody flashed is replaced within 30 s", async () => {
      const board = boards.at(1);
      const foreign = await readFile(build.image("1.0.0").path);
      const port = await board.httpPort();
      expect((await uploadTo({ address: board.address, port }, foreign)).status).toBe(200);
      await boardSays(board, "/api/node/status", { x: { version: "1.0.0" } });
      const flashedMs = systemClock.monotonic();
      await boardSays(board, "/api/node/status", { x: { version: "1.1.0" } });
      await readyAgain(board, convergedWithinMs - (systemClock.monotonic() - flashedMs));
      const { stdout } = await plane.sporectl(["describe", "node", nodeNameOf(board.hostname)]);
      expect(stdout).toMatch(/Installing +.*x2/);
    });

    it("a label that somebody changed is put back within 30 s", async () => {
      const board = boards.at(2);
      expect((await ask(board, "/api/node/config?merge=1", { labels: { room: "attic", mine: "yes" } })).status).toBe(
        200,
      );
      // What the template does not name stays.
      await boardSays(board, "/api/node/status", { labels: { room: "lab", mine: "yes" } });
    });

    it("configuration that somebody changed is put back within 30 s", async () => {
      const board = boards.at(3);
      expect((await ask(board, "/api/node/config", { site: "elsewhere", sample_interval_ms: 777 })).status).toBe(200);
      // What no group asks for stays.
      await boardSays(board, "/api/node/config", { ...wantedConfig, sample_interval_ms: 777 });
    });

    it("a foreign page gets nothing from a node", async () => {
      const board = boards.at(4);
      const { address } = board;
      const port = await board.httpPort();
      for (const headers of [{ Origin: "http://evil.example" }, { Host: "evil.example" }]) {
        const read = await askDevice({ address, port, path: "/api/node/status", headers: { ...headers } });
        expect(read.status).toBe(403);
        for (const path of ["/api/node/restart", "/api/node/update", "/api/node/config"]) {
          const write = { address, port, path, method: "POST", headers: { ...headers }, body: "site=evil" };
          expect([path, (await askDevice(write)).status]).toEqual([path, 403]);
        }
      }
      await boardSays(board, "/api/node/config", wantedConfig);
    });
  });

  it("runs from flash alone: without the build folder, after a power cut", { timeout: 60_000 }, async () => {
    await build.remove();
    await boards.at(5).powerCut();
    const board = await boards.powerOn(5);
    await boardSays(board, "/api/node/status", { x: { version: "1.1.0" } });
    const flash = await readFile(join(board.stateDir, "flash.bin"));
    expect(sha256(await readFile(`/proc/${board.pid}/exe`))).toBe(sha256(programIn(flash)));
    await readyAgain(board, convergedWithinMs);
  });
});

/** Segment 1 of the application at 0x1000, behind the one that holds the file words. */
function programIn(flash: Buffer): Buffer {
  const header = 0x1018;
  const start = header + 8;
  return flash.subarray(start, start + flash.readUInt32LE(header + 4));
}

function holds(said: unknown, expected: object): boolean {
  try {
    expect(said).toMatchObject(expected);
    return true;
  } catch {
    return false; // the one who asks says what is wrong when time is up
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
