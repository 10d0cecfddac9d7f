import { describe, expect, it } from "vitest";
import { runSim } from "../../controller/cli/sim.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { until } from "../support/spore-fleet.ts";

const free = { base: "127.24.0.1", httpPort: 0, udpPort: 0 };

describe("sporectl sim", () => {
  it("says where its nodes are, and once a second how they are", async () => {
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
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toMatch(/^3\/3 up, \d+ datagrams\/s, versions 1\.0\.0 × 3$/);
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
