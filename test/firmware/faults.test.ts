import { expect, it } from "vitest";
import { board, describeBoards } from "./board.ts";
import { imageBytes, runningVersion, upload } from "./upload.ts";

const soon = { timeout: 8000, interval: 20 };

describeBoards("a board with a fault", () => {
  it("of its boot starts nothing after an update, and runs again when that is mended", async () => {
    await using node = await board({ config: { restart_delay_ms: 0 } });
    expect((await upload(node, await imageBytes("1.1.0"))).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
    await node.powerCut();
    const { stateDir, address } = node;
    await expect(board({ stateDir, address, flags: ["--fail", "boot"], timeoutMs: 500 })).rejects.toThrow(
      /longer than 0.5 s/,
    );
    await using again = await board({ stateDir, address });
    expect(await runningVersion(again)).toBe("1.1.0");
  });

  it("of its program crashes soon after each start", async () => {
    await using node = await board({ flags: ["--fail", "crashloop"] });
    await expect
      .poll(() => node.console.some((line) => line.includes("in safe mode after Exception")), soon)
      .toBe(true);
  });

  it.each(["esp:1", "a".repeat(33), "esp 1"])("of its name %j says so and stays off", async (hostname) => {
    await expect(board({ hostname })).rejects.toThrow(/--hostname wants 1 to 32 letters, digits, _ and -, not "/);
  });

  it("of its radio is not on the network", async () => {
    await using node = await board({ flags: ["--fail", "apfallback"], httpPort: 8099 });
    await expect(node.get("/api/node/status")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("of its antenna hears nothing and is not heard, and serves HTTP all the same", async () => {
    await using deaf = await board({ flags: ["--drop-udp", "100"], config: { heartbeat_interval_ms: 100 } });
    await using other = await board({ config: { heartbeat_interval_ms: 100 } });
    await using witness = await board();
    await expect.poll(async () => (await witness.get("/api/cluster/members")).text, soon).toContain(other.hostname);
    expect((await witness.get("/api/cluster/members")).text).not.toContain(deaf.hostname);
    expect((await deaf.get("/api/cluster/members")).text).not.toContain(other.hostname);
  });

  it("of its memory has a receive queue as small as the chip's", async () => {
    await using node = await board({ flags: ["--esp-limits"] });
    expect((await node.get("/api/node/status")).status).toBe(200);
  });
});
