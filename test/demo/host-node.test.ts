import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ask, board, describeBoards, freshStateDir, udpPort } from "../firmware/board.ts";

describeBoards("bootNode", () => {
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

  it("refuses a label that a node cannot have", async () => {
    await expect(board({ labels: { "Not A Key": "x" } })).rejects.toThrow(/--label Not A Key=x: a label key is/);
  });

  it("refuses an address that others could reach", async () => {
    await expect(board({ address: "192.168.4.20" })).rejects.toThrow(/127\.x\.y\.z/);
  });

  it("ends a board that is asked to stop", async () => {
    await using node = await board();
    await node.stop();
    expect(await node.ended).toEqual({ code: null, killedBy: "SIGTERM" });
  });

  const guarded = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) > 80;
  const mayDrop = guarded && process.getuid?.() === 0 && spawnSync("setpriv", ["--version"]).status === 0;
  it.skipIf(!mayDrop)(
    "takes a free port where 80 is not permitted, and keeps it over a reset (needs root and setpriv)",
    async () => {
      await using first = await board();
      await first.powerCut();
      const dropped = [
        "--inh-caps=-net_bind_service",
        "--bounding-set=-net_bind_service",
        join(first.stateDir, "loader"),
      ];
      const flags = [
        "--until-stdin-closes",
        "--state-dir",
        first.stateDir,
        "--bind",
        first.address,
        "--udp-port",
        `${udpPort}`,
      ];
      const child = spawn("setpriv", [...dropped, ...flags], { stdio: ["pipe", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("data", (text: Buffer) => {
        said += text.toString();
      });
      const ports = () => [...said.matchAll(/http=(\d+)/g)].map(([, port]) => Number(port));
      await expect.poll(() => ports().length, { timeout: 5000 }).toBe(1);
      expect(ports()[0]).toBeGreaterThan(1023);
      expect((await ask(first.address, ports()[0] ?? 0, "POST", "/api/node/restart", {})).status).toBe(200);
      await expect.poll(() => ports().length, { timeout: 5000 }).toBe(2);
      expect(ports()[1]).toBe(ports()[0]);
      child.stdin.end();
      await once(child, "exit");
    },
  );

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
