import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What a plugin of kubectl adds to its environment: it speaks to the server that kubectl would speak to, where `sporectl` looks for a `spored` of
 * this machine first. `$SPORE_KUBECONFIG` still wins.
 */
export function pluginEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (environment.SPORE_KUBECONFIG) return {};
  const usual = join(environment.HOME || homedir(), ".kube", "config");
  const config = environment.KUBECONFIG || (existsSync(usual) ? usual : "");
  return config === "" ? {} : { SPORE_KUBECONFIG: config };
}
