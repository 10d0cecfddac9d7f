import { kill } from "node:process";
import { expect, it } from "vitest";
import { board, describeBoards } from "./board.ts";
import { imageBytes, runningVersion, upload } from "./upload.ts";

const soon = { timeout: 10_000, interval: 50 };
const boots = (lines: readonly string[]) => lines.filter((line) => /( up | in safe mode )after /.test(line)).length;

describeBoards("an image that crashes at start", () => {
  it("comes up in safe mode at the fourth boot, and can be replaced", async () => {
    await using node = await board({ config: { restart_delay_ms: 0 } });
    expect((await upload(node, await imageBytes("1.1.1"))).status).toBe(200);
    await expect
      .poll(() => node.console.some((line) => line.includes("1.1.1 in safe mode after Exception")), soon)
      .toBe(true);
    expect(node.console.filter((line) => line.includes("1.1.1 up after"))).toHaveLength(3);
    const { body } = await node.get("/api/node/status?brief=1");
    expect(body).toMatchObject({ x: { state: "safe", version: "1.1.1", resetReason: "Exception" } });
    expect((await node.get("/api/lab/reading")).status).toBe(404);
    expect((await node.get("/api/node/config")).status).toBe(404);
    expect((await upload(node, await imageBytes("1.1.0"))).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
    expect((await node.get("/api/node/status?brief=1")).body).toMatchObject({ x: { state: "ok" } });
  });

  it("is tried anew after a power cut, which clears the counter", async () => {
    await using node = await board({ version: "1.1.1" });
    await expect.poll(() => node.console.some((line) => line.includes("in safe mode")), soon).toBe(true);
    await node.powerCut();
    await using again = await board({ stateDir: node.stateDir, address: node.address });
    expect(again.console[0]).toMatch(/1\.1\.1 up after Power On/);
  });
});

describeBoards("a board", () => {
  it.each([
    ["SIGSEGV", "Exception"],
    ["SIGABRT", "Exception"],
    ["SIGPROF", "Software Watchdog"],
    ["SIGALRM", "Hardware Watchdog"],
  ])("that is hit by %s resets for the reason %s", async (signal, reason) => {
    await using node = await board();
    kill(node.pid, signal);
    await expect.poll(() => node.console.some((line) => line.includes(`up after ${reason}`)), soon).toBe(true);
    expect(await node.get("/api/node/status?brief=1")).toMatchObject({ body: { x: { resetReason: reason } } });
  });

  it("does not count restarts that were asked for", async () => {
    await using node = await board({ config: { restart_delay_ms: 0 } });
    for (let restart = 1; restart <= 5; restart++) {
      await node.post("/api/node/restart", {});
      await expect.poll(() => boots(node.console), soon).toBe(restart + 1);
    }
    expect(node.console.some((line) => line.includes("safe mode"))).toBe(false);
  });
});
