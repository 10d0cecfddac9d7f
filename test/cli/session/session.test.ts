import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSession } from "../../../controller/cli/session/session.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { httpAnswer, rawServer } from "../../support/raw-server.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

const home = directoryOfFile();
const documents = JSON.stringify({ items: [] });

function kubeconfig(port: number): string {
  const path = join(home, `${port}.json`);
  const clusters = [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }];
  const contexts = [{ name: "c", context: { cluster: "c" } }];
  writeFileSync(path, JSON.stringify({ "current-context": "c", clusters, contexts }));
  return path;
}

/** Moves time on until `promise` has settled. */
async function rejectionOf(promise: Promise<unknown>, clock: ManualClock): Promise<unknown> {
  let settled = false;
  const outcome = promise.then(
    () => "did not fail",
    (error: unknown) => error,
  );
  void outcome.then(() => {
    settled = true;
  });
  while (!settled) {
    await new Promise((resolve) => setTimeout(resolve, 20)); // the request is on its way through the kernel
    await clock.advance(10_000);
  }
  return outcome;
}

it("openSession gives up on a server that takes the connection and never answers", async () => {
  await using server = await rawServer(() => {});
  const clock = new ManualClock();
  const opening = openSession({ kubeconfig: kubeconfig(server.port) }, { ...capturedIo(), clock });
  expect(await rejectionOf(opening, clock)).toMatchObject({ code: "SPORE_TIMEOUT" });
});

it.each(["readJson", "watch"] as const)("%s gives up on a server that stops answering", async (what) => {
  await using server = await rawServer((socket, soFar) => {
    if (/^GET \/apis? /.test(soFar.toString())) socket.end(httpAnswer(200, documents));
  });
  const clock = new ManualClock();
  const io = { ...capturedIo(), clock };
  await using session = await openSession({ kubeconfig: kubeconfig(server.port) }, io);
  const read = async () => {
    if (what === "readJson") await session.readJson("/version", { signal: io.signal });
    else for await (const event of session.watch("/api/v1/events", { signal: io.signal })) throw new Error(event.type);
  };
  expect(await rejectionOf(read(), clock)).toMatchObject({ code: "SPORE_TIMEOUT" });
});
