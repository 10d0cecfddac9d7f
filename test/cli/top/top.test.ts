import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { httpAnswer, type RawServer, rawServer } from "../../support/raw-server.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

const kubeconfig = join(directoryOfFile(), "config.json");
const type = { apiVersion: "live.spore.dev/v1alpha1", kind: "LiveNode" };
const items = [
  {
    ...type,
    metadata: { name: "b" },
    status: { phase: "Active", freeHeapBytes: 4096, rssiDbm: -85, uptimeSeconds: 90 },
  },
  {
    ...type,
    metadata: { name: "a" },
    status: { phase: "Active", freeHeapBytes: 30720, rssiDbm: -60, uptimeSeconds: 7200 },
  },
  {
    ...type,
    metadata: { name: "c" },
    status: { phase: "Inactive", transfer: { totalBytes: 200, sentBytes: 150, receivedBytes: 50 } },
  },
];

let server: RawServer;
beforeAll(async () => {
  server = await rawServer((socket, soFar) => {
    const list = { ...type, kind: "LiveNodeList", metadata: { resourceVersion: "1" }, items };
    const body = /GET \/apis\/live/.test(
      soFar.toString().split("GET ").at(-1) ? `GET ${soFar.toString().split("GET ").at(-1)}` : "",
    )
      ? list
      : { items: [] };
    socket.write(httpAnswer(200, JSON.stringify(body)));
  });
  const clusters = [{ name: "c", cluster: { server: `http://127.0.0.1:${server.port}` } }];
  const contexts = [{ name: "c", context: { cluster: "c" } }];
  writeFileSync(kubeconfig, JSON.stringify({ "current-context": "c", clusters, contexts }));
});
afterAll(() => server[Symbol.asyncDispose]());

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = capturedIo();
  return { code: await runCli(["top", ...words, "--kubeconfig", kubeconfig], io), ...io.written };
}

describe("sporectl top nodes", () => {
  it("shows what the boards say", async () => {
    expect((await run("nodes")).out).toBe(
      [
        "NAME   PHASE      HEAP     RSSI     UPTIME   SEEN   STATE\n",
        "a      Active     30.0Ki   -60dBm   120m            \n",
        "b      Active     4.0Ki    -85dBm   90s             \n",
        "c      Inactive                                     received 25%\n",
      ].join(""),
    );
  });

  it("shows the worst first, where that is asked for", async () => {
    const names = async (figure: string) =>
      (await run("nodes", "--no-headers", "--sort-by", figure)).out.match(/^\S+/gm)?.join("");
    expect([await names("heap"), await names("rssi"), await names("uptime")]).toEqual(["bac", "bac", "bac"]);
    expect((await run("node", "a", "--no-headers")).out).toMatch(/^a .*\n$/);
  });

  it("refuses names and figures that there are not", async () => {
    expect(await run("nodes", "x")).toMatchObject({ code: 1, err: expect.stringContaining('"x" not found') });
    expect(await run("nodes", "--sort-by", "luck")).toMatchObject({ code: 2, err: expect.stringContaining("uptime") });
  });
});
