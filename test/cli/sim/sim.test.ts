import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseImage } from "../../../controller/artifacts/parse-image.ts";
import { runSim } from "../../../controller/cli/sim/sim.ts";
import { writeSimulatedImage } from "../../../controller/cli/sim/sim-image.ts";
import { program } from "../../support/built-programs.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { mayBecomeNobody, nobody } from "../../support/ordinary-user.ts";
import { until } from "../../support/spore-fleet.ts";
import { directoryOfTest } from "../../support/temporary-directory.ts";

const free = { base: "127.24.0.1", httpPort: 0, udpPort: 0 };

/** Whether there is somebody to become who may not open low ports. */
function portsAreGuarded(): boolean {
  if (process.platform !== "linux" || !mayBecomeNobody()) return false;
  return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) > 80;
}

describe("sporectl sim", () => {
  it("says where its nodes are, and how they are when that changes", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const lines: string[] = [];
    const done = runSim({ nodes: 3, ...free }, { out: (line) => lines.push(line), signal: stop.signal, clock });
    await until(() => lines.length === 2, "the greeting");
    await clock.advance(5000);
    stop.abort();
    await done;
    expect(lines[0]).toBe(
      "3 simulated spore nodes run after 0 ms: 127.24.0.1 to 127.24.0.3, HTTP on free ports, which the nodes announce.",
    );
    expect(lines[1]).toMatch(/^They broadcast to 127\.255\.255\.255:\d+\. Stop with Ctrl-C\.$/);
    expect(lines.slice(2)).toEqual(["3/3 up, versions 1.0.0 × 3"]);
  });

  it("says on a terminal every second how they are", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const seen: string[] = [];
    let greeted = 0;
    const out = () => {
      greeted += 1;
    };
    const status = (line: string) => void seen.push(line);
    const done = runSim({ nodes: 3, ...free }, { out, status, signal: stop.signal, clock });
    await until(() => greeted === 2, "the greeting");
    await clock.advance(5000);
    stop.abort();
    await done;
    expect(seen).toHaveLength(5);
    expect(seen.at(-1)).toMatch(/^3\/3 up, versions 1\.0\.0 × 3, \d+ datagrams\/s$/);
  });

  it("says how spored finds upstream nodes on another port", async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const out = (line: string) => {
      lines.push(line);
      if (lines.length === 3) stop.abort();
    };
    await runSim({ nodes: 2, ...free, profile: "upstream-g3" }, { out, signal: stop.signal });
    expect(lines[1]).toMatch(
      /^upstream-g3 nodes cannot announce a port: start spored with --node 127\.24\.0\.1:\d+ and so on\.$/,
    );
  });

  it.skipIf(!portsAreGuarded())(
    "says what upstream nodes need of a user who may not open port 80 (needs root to become one)",
    () => {
      const flags = ["sim", "--profile", "upstream-g3", "--nodes", "1", "--base", "127.24.0.9", "--udp-port", "0"];
      const { status, stderr } = spawnSync(process.execPath, [program("cli/main.js"), ...flags], {
        uid: nobody,
        gid: nobody,
        timeout: 30_000,
      });
      expect(stderr.toString()).toMatch(/serve port 80 and cannot announce another[\s\S]*hint: run it with sudo/);
      expect(status).toBe(1);
    },
  );

  it("writes an image for such nodes, which for upstream ones does not say who it is", async () => {
    const file = join(directoryOfTest(), "base.bin");
    const io = capturedIo();
    for (const [profile, name] of [
      ["upstream-g3", undefined],
      ["spore", "base"],
    ] as const) {
      expect(await writeSimulatedImage(file, "1.2.0", profile, io)).toBe(0);
      const { platform, descriptor } = await parseImage(await readFile(file));
      expect([platform, descriptor?.name]).toEqual(["esp8266", name]);
    }
    await expect(writeSimulatedImage(file, "new", "spore", io)).rejects.toMatchObject({ code: "SPORE_USAGE" });
  });

  it.each([
    [{ family: "zigbee" }, "--family"],
    [{ profile: "upstream-g9" }, "--profile"],
    [{ physics: "quantum" }, "--physics"],
    [{ speed: 0 }, "--speed"],
    [{ faults: ["bussy"] }, "bussy"],
    [{ image: "/nowhere/image.bin" }, "/nowhere/image.bin"],
    [{ nodes: 0 }, "65536"],
  ])("refuses %o and names it", async (flags, named) => {
    const running = runSim({ nodes: 1, ...free, ...flags }, { out: () => {}, signal: new AbortController().signal });
    await expect(running).rejects.toMatchObject({ code: "SPORE_USAGE", message: expect.stringContaining(named) });
  });
});
