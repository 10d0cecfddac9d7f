import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { SporeError } from "../base/errors.ts";
import { SporeDriver } from "../drivers/spore/spore.ts";
import { frameFile } from "../wires/multipart.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";
import type { SinkOptions } from "./upload-sink.ts";

const nodes = 200;
const atOnce = 16;
const imageBytes = 432_000;
/** A daemon has run for long: by then both ways are compiled as well as they will be. */
const warmUpRounds = 25;
const rounds = 25;
const targetRatio = 1.3;

type Send = (address: string, port: number) => Promise<void>;

/** Milliseconds to send one image to 200 nodes that take it at once, 16 at a time. The reference writes the same bytes to bare sockets. */
export const otaSend: BenchRow = {
  name: "ota-send",
  async run(context) {
    const addresses = Array.from({ length: nodes }, (_, index) => `127.30.0.${index + 1}`);
    const worker = new Worker(new URL(`./upload-sink${extname(import.meta.url)}`, import.meta.url), {
      workerData: { addresses } satisfies SinkOptions,
    });
    try {
      const [port]: unknown[] = await once(worker, "message", { signal: context.signal });
      if (typeof port !== "number") throw new SporeError("SPORE_INTERNAL", "The sink did not tell its port.");
      return [await compare(addresses, port, context)];
    } finally {
      await worker.terminate();
    }
  },
};

async function compare(addresses: readonly string[], port: number, context: BenchContext): Promise<BenchResult> {
  const image = randomBytes(imageBytes);
  const ours: number[] = [];
  const reference: number[] = [];
  const turns = [
    { send: throughDriver(image, context), figures: ours },
    { send: throughSockets(image), figures: reference },
  ];
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const { send, figures } of turns) {
      const tookMs = await sendToAll(addresses, port, send, context);
      if (round >= warmUpRounds) figures.push(tookMs);
    }
    turns.reverse();
  }
  const ratio = median(ours) / median(reference);
  return {
    row: "ota-send",
    ours: Math.round(median(ours)),
    reference: Math.round(median(reference)),
    unit: "ms",
    ratio,
    target: `≤ ${targetRatio} ×`,
    met: ratio <= targetRatio,
  };
}

async function sendToAll(
  addresses: readonly string[],
  port: number,
  send: Send,
  { clock }: BenchContext,
): Promise<number> {
  const waiting = [...addresses];
  const startedMs = clock.monotonic();
  const worker = async () => {
    for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
      await send(address, port);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return clock.monotonic() - startedMs;
}

function throughDriver(image: Uint8Array, { clock, log, signal }: BenchContext): Send {
  const discovery = { bind: "127.0.0.1", broadcast: "127.255.255.255", port: 4210 };
  const driver = new SporeDriver({ clock, log, discovery, seeds: [] });
  const md5 = createHash("md5").update(image).digest("hex");
  return async (address, port) => {
    const action = { kind: "InstallFirmware", image, md5, version: "1.1.0", fence: 1 } as const;
    signal.throwIfAborted();
    // A signal each, as each node's reconciler has.
    const outcome = await driver.perform({ address, port }, action, () => {}, new AbortController().signal);
    if (outcome.kind !== "done")
      throw new SporeError("SPORE_INTERNAL", `The upload to ${address} was ${outcome.kind}.`);
  };
}

function throughSockets(image: Uint8Array): Send {
  const { contentType, before, after } = frameFile(image, "file", "firmware.bin");
  const length = before.length + image.length + after.length;
  return async (address, port) => {
    const socket = connect({ host: address, port, noDelay: true });
    socket.write(
      `POST /api/node/update HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n`,
    );
    for (const part of [before, image, after]) socket.write(part);
    socket.resume();
    await once(socket, "close");
  };
}
