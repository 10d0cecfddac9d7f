import type { Registry } from "prom-client";
import { Node } from "../api/node.ts";
import { sleep } from "../base/clock.ts";
import type { SporedConfiguration } from "../config/spored-options.ts";
import { families } from "../drivers/families.ts";
import { LiveNodes } from "../drivers/live-nodes.ts";
import { DeviceMetrics } from "../drivers/measured-driver.ts";
import { Drivers } from "../drivers/registry.ts";
import { Sightings } from "../drivers/sightings.ts";
import type { Fleet as FleetSource } from "../gateway/fleet-figures.ts";
import type { Manager } from "../runtime/manager.ts";
import type { Surroundings } from "./surroundings.ts";

/** What hears devices and speaks to them. */
export interface Fleet {
  readonly sightings: Sightings;
  readonly live: LiveNodes;
  readonly drivers: Drivers;
  /** Resolves when nodes are heard. */
  readonly listening: Promise<void>;
}

/** After this long without a node it is worth saying what usually is in the way. */
const noNodeAfterMs = 10_000;

/** Hears nothing before `drivers.discover`; stop `sightings` at the end. */
export function openFleet({ configuration, clock, log }: Surroundings, registry: Registry): Fleet {
  const { discoveryBind: bind, broadcast, udpPort: port, node } = configuration;
  const seeds = node.map((text) => {
    const [address = "", seedPort = "80"] = text.split(":");
    return { address, port: Number(seedPort) };
  });
  let onListening = () => {};
  const listening = new Promise<void>((resolve) => {
    onListening = resolve;
  });
  const spore = { clock, log, discovery: { bind, broadcast, port, onListening }, seeds };
  const sightings = new Sightings(clock);
  const metrics = new DeviceMetrics(registry, clock);
  const drivers = new Drivers(families({ spore }).map((driver) => metrics.measure(driver)));
  return { sightings, live: new LiveNodes(clock, sightings), drivers, listening };
}

/** What the figures of a fleet are made of. */
export function figuresOf({ sightings }: Fleet, manager: Manager): FleetSource {
  return {
    devices: () => sightings.all(),
    nodes: () => manager.caches.of(Node).list(),
    heard: () => ({ messages: sightings.messages, dropped: sightings.dropped }),
  };
}

/** Says what usually is in the way when nobody was heard for a while. */
export async function tellWhenSilent(
  { configuration, clock, log }: Surroundings,
  sightings: Sightings,
  signal: AbortSignal,
): Promise<void> {
  const isOver = await sleep(clock, noNodeAfterMs, signal).then(
    () => false,
    () => true,
  );
  if (isOver || sightings.size > 0) return;
  const { lan, udpPort } = configuration;
  const advice = lan
    ? `allow UDP port ${udpPort} through this machine's firewall (sudo ufw allow ${udpPort}/udp), and see that the access point does not keep its clients apart`
    : "only this machine's own nodes are heard; --lan hears the local network";
  log.warn({ hears: hearing(configuration) }, `no node was heard in ${noNodeAfterMs / 1000} s: ${advice}`);
}

/** Where nodes are heard, for people. */
export function hearing({ discoveryBind, broadcast, udpPort }: SporedConfiguration): string {
  return `UDP ${udpPort} on ${discoveryBind}, broadcasts to ${broadcast}`;
}
