import type { Node } from "../api/node.ts";
import { type Metric, metricsText } from "../base/metrics-text.ts";

/** What one controller did so far. */
interface ControllerCounts {
  readonly runs: number;
  readonly failures: number;
  readonly waiting: number;
}

/** What the figures are made of. */
export interface Fleet {
  readonly devices: readonly { readonly phase: string }[];
  readonly nodes: readonly Pick<Node, "status">[];
  /** By name. */
  readonly controllers: Readonly<Record<string, ControllerCounts>>;
}

/** How the fleet and its controllers do, in Prometheus' text format. */
export function fleetFigures({ devices, nodes, controllers }: Fleet): string {
  const perController = (pick: (counts: ControllerCounts) => number) =>
    Object.entries(controllers).map(([controller, counts]) => ({ labels: { controller }, value: pick(counts) }));
  return metricsText([
    {
      name: "spore_devices",
      help: "Devices in the liveness table.",
      type: "gauge",
      samples: counted(devices.map(({ phase }) => ({ phase }))),
    },
    {
      name: "spore_node_operations",
      help: "Nodes by the operation that was last begun on each.",
      type: "gauge",
      samples: counted(
        nodes.flatMap(({ status }) => {
          if (!status?.operation) return [];
          const { kind, version = "", phase } = status.operation;
          return [{ kind, version, phase }];
        }),
      ),
    },
    {
      name: "spore_controller_runs_total",
      help: "Reconcile runs.",
      type: "counter",
      samples: perController(({ runs }) => runs),
    },
    {
      name: "spore_controller_failures_total",
      help: "Runs that failed.",
      type: "counter",
      samples: perController(({ failures }) => failures),
    },
    {
      name: "spore_controller_waiting",
      help: "Keys that wait for a worker.",
      type: "gauge",
      samples: perController(({ waiting }) => waiting),
    },
  ]);
}

/** A sample for each set of labels: how many times it is there. */
function counted(all: readonly Readonly<Record<string, string>>[]): Metric["samples"] {
  const byText = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();
  for (const labels of all) {
    const text = JSON.stringify(labels);
    const known = byText.get(text);
    if (known) known.value += 1;
    else byText.set(text, { labels, value: 1 });
  }
  return [...byText.values()];
}
