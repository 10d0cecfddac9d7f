import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { httpsTransport } from "../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { never } from "../contract/store/setup.ts";
import { program } from "../support/built-programs.ts";
import { ownUdpPort } from "../support/own-network.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Beyond 4 MiB of a file writes fail, and the process is not killed for it. */
const limited = 'trap "" XFSZ; ulimit -f 8192; exec "$@"';

it("spored whose disk fails ends, says why, and goes on where it was once the disk is well", async () => {
  await using directory = await temporaryDirectory();
  const dataDir = join(directory.path, "data");
  const first = await startSpored(dataDir, ["sh", "-c", limited, "sh"]);
  const written: string[] = [];
  const fill = async () => {
    for (;;) {
      const name = `filler-${written.length}`;
      const metadata = { namespace: "default", name };
      await first.client.create(ConfigMap, { metadata, data: { x: "x".repeat(100_000) } }, { signal: never });
      written.push(name);
    }
  };
  await expect(fill()).rejects.toBeInstanceOf(SporeError);
  expect(await first.ended).toBe(1);
  expect(first.said()).toMatch(/^error: The data directory .* cannot be used: /m);
  expect(first.said()).toMatch(/^hint: /m);

  const second = await startSpored(dataDir, []);
  const { items } = await second.client.list(ConfigMap, { namespace: "default" }, never);
  expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(written));
  expect(written.length).toBeGreaterThan(5);
}, 60_000);

async function startSpored(dataDir: string, through: readonly string[]) {
  const flags = [
    "--data-dir",
    dataDir,
    "--api-port",
    "0",
    "--gateway-port",
    "0",
    "--udp-port",
    `${await ownUdpPort()}`,
  ];
  const [command = "", ...words] = [...through, process.execPath, program("main.js"), ...flags];
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const ended = once(child, "exit").then(([code]: unknown[]) => code);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  for await (const line of createInterface({ input: child.stdout ?? process.stdin }))
    if (line.includes('"ready":true')) break;
  child.stdout?.resume();
  const connection = httpsTransport(await readKubeconfig([join(dataDir, "admin.kubeconfig")]), systemClock);
  onTestFinished(() => connection[Symbol.asyncDispose]());
  const client = apiClient(connection.transport, { clock: systemClock, userAgent: "test/1" });
  return { client, ended, said: () => said };
}
