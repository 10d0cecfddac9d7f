import { createSocket, type Socket } from "node:dgram";
import { onTestFinished } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { type Fleet, type FleetOptions, startFleet } from "../../controller/simulator/spore/fleet.ts";
import type { SimulatedNode } from "../../controller/simulator/spore/node.ts";
import { ownBase } from "./own-network.ts";

/** Where to reach a device. */
export interface DeviceAddress {
  readonly address: string;
  readonly port: number;
}

/** A datagram as somebody outside of the fleet saw it. */
export interface Heard {
  readonly from: string;
  readonly text: string;
}

/** A fleet on free ports and addresses of its own, until the test is over. */
export async function bootFleet(options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await startFleet({ count: 1, base: await ownBase(), httpPort: 0, udpPort: 0, ...options });
  onTestFinished(() => fleet.stop());
  return fleet;
}

/** A node of `fleet`, and where to reach it. */
export function nodeOf(fleet: Fleet, index = 0): { readonly node: SimulatedNode; readonly device: DeviceAddress } {
  const node = fleet.nodes[index];
  if (!node) throw new Error(`the fleet has no node ${index}`);
  return { node, device: { address: node.board.address, port: node.httpPort } };
}

/** A socket at `address` that collects what it hears. */
export async function listen(
  address: string,
  port: number,
): Promise<{ readonly heard: Heard[]; readonly socket: Socket }> {
  const heard: Heard[] = [];
  const socket = createSocket({ type: "udp4", reuseAddr: true, recvBufferSize: 4 << 20 });
  await new Promise<void>((resolve) => socket.bind({ address, port }, resolve));
  socket.on("message", (data, source) => heard.push({ from: source.address, text: data.toString() }));
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { heard, socket };
}

/** Turns the event loop until `condition` holds; for sockets, which no clock moves. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const endMs = systemClock.monotonic() + 10_000;
  while (!condition()) {
    if (systemClock.monotonic() > endMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
