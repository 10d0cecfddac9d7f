import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { board, freshStateDir } from "../firmware/board.ts";

describe("bootNode", () => {
  it("runs the program that the flash holds, byte for byte", async () => {
    await using node = await board();
    const flash = readFileSync(`${node.stateDir}/flash.bin`);
    const program = flash.subarray(0x1020, 0x1020 + flash.readUInt32LE(0x101c));
    const running = await readFile(`/proc/${node.pid}/exe`);
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(digest(running)).toBe(digest(program));
  });

  it("says where HTTP is served when any port will do", async () => {
    await using node = await board({ httpPort: 0 });
    expect(await node.get("/api/node/status?brief=1")).toMatchObject({
      status: 200,
      body: { x: { hostname: node.hostname } },
    });
  });

  it("goes on from its state directory after a power cut", async () => {
    const stateDir = freshStateDir();
    await using first = await board({ stateDir });
    await first.post("/api/node/config", { labels: { room: "lab" }, site: "bench-1" });
    await first.powerCut();
    await using second = await board({ stateDir, address: first.address });
    expect((await second.get("/api/node/config")).body).toMatchObject({ site: "bench-1", labels: { room: "lab" } });
  });

  it("refuses to run one board twice", async () => {
    await using node = await board();
    await expect(board({ stateDir: node.stateDir, timeoutMs: 5000 })).rejects.toThrow(/running already/);
  });

  it("says what the board printed when it does not come up", async () => {
    await expect(board({ flags: ["--fail", "nonsense"] })).rejects.toThrow(/--fail knows upload, md5/);
  });

  it("refuses an address that others could reach", async () => {
    await expect(board({ address: "192.168.4.20" })).rejects.toThrow(/127\.x\.y\.z/);
  });

  it("ends a board that is asked to stop", async () => {
    await using node = await board();
    await node.stop();
    expect(await node.ended).toEqual({ code: null, killedBy: "SIGTERM" });
  });

  it("leaves no board behind when the process that holds its plug is gone", async () => {
    await using node = await board();
    await node.powerCut();
    const flags = ["--until-stdin-closes", "--state-dir", node.stateDir, "--bind", node.address, "--http-port", "0"];
    const child = spawn(join(node.stateDir, "loader"), flags, { stdio: ["pipe", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
