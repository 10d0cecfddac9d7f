import { createSocket } from "node:dgram";
import { sleep } from "../base/clock.ts";
import { LiveNodes } from "../drivers/live-nodes.ts";
import { Sightings } from "../drivers/sightings.ts";
import { SporeDriver } from "../drivers/spore/spore.ts";
import { startNodeLoad } from "./node-load.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";

const nodes = 10_000;
const broadcast = "127.255.255.255";
const fleet = {
  count: nodes,
  base: "127.40.0.1",
  speakOnly: true,
  labels: { app: "lab-sensor", room: "lab-4", zone: "north" },
  // Nodes that have long been running ask for others each ten of these; here never, so that the row is what it says.
  config: { discovery_interval_ms: 3_600_000 },
} as const;
/** Every node has been heard and has said everything about itself once. */
const warmUpMs = 6_000;
const windowMs = 8_000;
const rounds = 3;
/** For what was sent last to be read. */
const settleMs = 500;

/** A contestant hears what nodes broadcast to `port`, until `signal` aborts. */
type Hear = (
  port: number,
  context: BenchContext,
  signal: AbortSignal,
) => { readonly received: () => number; readonly done: Promise<void> };

interface Figures {
  readonly corePercent: number;
  readonly perSecond: number;
  readonly dropped: number;
}

/**
 * What it costs to hear 10,000 nodes, with a heartbeat each 2 s and an update with labels each 5 s: datagrams, codec, liveness table and the
 * rows of `livenodes`. The reference is a bare socket that only counts.
 */
export const heartbeats: BenchRow = {
  name: "heartbeats",
  async run(context) {
    const [ours, bare]: [Figures[], Figures[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await measure(hearAll, context));
      bare.push(await measure(count, context));
    }
    return report(ours, bare);
  },
};

function report(ours: readonly Figures[], bare: readonly Figures[]): readonly BenchResult[] {
  const percent = median(ours.map(({ corePercent }) => corePercent));
  const reference = median(bare.map(({ corePercent }) => corePercent));
  const dropped = Math.max(...ours.map((each) => each.dropped));
  const perSecond = Math.round(median(ours.map((each) => each.perSecond)));
  return [
    {
      row: `heartbeats of ${nodes} nodes`,
      ours: Number(percent.toFixed(1)),
      reference: Number(reference.toFixed(1)),
      unit: "% of a core",
      ratio: percent / reference,
      target: "≤ 10 %",
      met: percent <= 10,
      note: `${perSecond} datagrams/s`,
    },
    {
      row: `heartbeats of ${nodes} nodes, dropped`,
      ours: dropped,
      reference: Math.max(...bare.map((each) => each.dropped)),
      unit: "datagrams",
      ratio: undefined,
      target: "0",
      met: dropped === 0,
    },
  ];
}

async function measure(hear: Hear, context: BenchContext): Promise<Figures> {
  const { clock, signal } = context;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const port = await freePort();
  const { received, done } = hear(port, context, either);
  try {
    await using load = await startNodeLoad({ ...fleet, udpPort: port }, either);
    await sleep(clock, warmUpMs, either);
    const before = { cpu: process.cpuUsage(), atMs: clock.monotonic(), received: received() };
    await sleep(clock, windowMs, either);
    const { user, system } = process.cpuUsage(before.cpu);
    const tookMs = clock.monotonic() - before.atMs;
    const perSecond = ((received() - before.received) / tookMs) * 1000;
    const { sent } = await load.stop();
    await sleep(clock, settleMs, either);
    return { corePercent: (user + system) / tookMs / 10, perSecond, dropped: sent - received() };
  } finally {
    stop.abort();
    await done;
  }
}

const hearAll: Hear = (port, { clock, log }, signal) => {
  const sightings = new Sightings(clock);
  new LiveNodes(clock, sightings);
  const discovery = { bind: "127.0.0.1", broadcast, port };
  const driver = new SporeDriver({ clock, log, discovery, seeds: [] });
  const done = driver.discover(sightings.heard, signal).finally(() => sightings.stop());
  return { received: () => driver.counters?.received ?? 0, done };
};

const count: Hear = (port, _context, signal) => {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  let received = 0;
  socket.on("message", () => {
    received++;
  });
  socket.bind({ address: broadcast, port }, () => socket.setRecvBufferSize(8 * 1024 * 1024));
  const done = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => socket.close(() => resolve()), { once: true });
  });
  return { received: () => received, done };
};

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind({ address: "127.0.0.1", port: 0 }, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
