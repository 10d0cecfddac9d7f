import { runOnCluster } from "./spored/on-cluster.ts";
import { runStandalone } from "./spored/standalone.ts";
import type { Surroundings } from "./spored/surroundings.ts";

/**
 * `spored`, until `signal` aborts: with an API server and a store of its own, or on the API server that `--kubeconfig` names. Nothing in the controllers
 * knows which.
 */
export async function runSpored(around: Surroundings, signal: AbortSignal): Promise<void> {
  const { kubeconfig } = around.configuration;
  await (kubeconfig === undefined ? runStandalone(around, signal) : runOnCluster(around, signal));
}
