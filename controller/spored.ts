import { SporeError } from "./base/errors.ts";
import { runStandalone } from "./spored/standalone.ts";
import type { Surroundings } from "./spored/surroundings.ts";

/** `spored`, until `signal` aborts. */
export async function runSpored(around: Surroundings, signal: AbortSignal): Promise<void> {
  if (around.configuration.kubeconfig !== undefined)
    throw new SporeError("SPORE_USAGE", "--kubeconfig: this build works on its own API server only");
  await runStandalone(around, signal);
}
