import { Counter, Gauge, type Registry } from "prom-client";
import type { Node } from "../api/node.ts";

/** What the figures are made of, as it is when somebody asks. */
export interface Fleet {
  devices(): Iterable<{ readonly phase: string }>;
  nodes(): readonly Pick<Node, "status">[];
  /** What was heard so far, and how much of it named nobody known or found no room. */
  heard(): { readonly messages: number; readonly dropped: number };
}

type Labels = Readonly<Record<string, string>>;

/** How many versions are counted by name; a device can report any. */
const versionsMax = 100;

/** How the fleet does. Everything is counted when it is read, so that a heartbeat costs nothing for it. */
export function addFleetFigures(registry: Registry, fleet: Fleet): void {
  const registers = [registry];
  new Gauge({
    name: "spore_devices",
    help: "Devices in the liveness table.",
    labelNames: ["phase"],
    registers,
    collect() {
      showCounts(
        this,
        [...fleet.devices()].map(({ phase }) => ({ phase })),
      );
    },
  });
  new Gauge({
    name: "spore_node_operations",
    help: "Nodes by the operation that was last begun on each.",
    labelNames: ["kind", "version", "phase"],
    registers,
    collect() {
      showCounts(this, operations(fleet.nodes()));
    },
  });
  new Gauge({
    name: "spore_nodes",
    help: "Nodes by the status of their condition Ready.",
    labelNames: ["ready"],
    registers,
    collect() {
      showCounts(
        this,
        fleet.nodes().map(({ status }) => ({ ready: readiness(status?.conditions) })),
      );
    },
  });
  const heard = (name: string, help: string, pick: "messages" | "dropped") =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(fleet.heard()[pick]);
      },
    });
  heard("spore_heartbeats_total", "Messages of devices that were understood.", "messages");
  heard("spore_heartbeats_dropped_total", "Those that named nobody known, or found no room.", "dropped");
}

function operations(nodes: readonly Pick<Node, "status">[]): readonly Labels[] {
  const versions = new Set<string>();
  return nodes.flatMap(({ status }) => {
    if (!status?.operation) return [];
    const { kind, version = "", phase } = status.operation;
    if (versions.size < versionsMax) versions.add(version);
    return [{ kind, version: versions.has(version) ? version : "others", phase }];
  });
}

function readiness(conditions: NonNullable<Node["status"]>["conditions"]): string {
  return conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
}

/** Sets a gauge to how many times each set of labels is there. */
function showCounts(gauge: Gauge, all: readonly Labels[]): void {
  const byText = new Map<string, { readonly labels: Labels; count: number }>();
  for (const labels of all) {
    const text = JSON.stringify(labels);
    const known = byText.get(text);
    if (known) known.count += 1;
    else byText.set(text, { labels, count: 1 });
  }
  gauge.reset();
  for (const { labels, count } of byText.values()) gauge.set(labels, count);
}
