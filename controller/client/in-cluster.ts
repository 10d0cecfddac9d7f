import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SporeError } from "../base/errors.ts";
import type { ClusterAccess } from "./kubeconfig.ts";

/** Where Kubernetes puts what a pod needs to reach the API server. */
const serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The API server of the cluster whose pod this process runs in, as the pod's service account.
 *
 * @throws SporeError `SPORE_USAGE` outside of a pod, and in one without a service account's token.
 */
export async function inClusterAccess(
  environment: Readonly<Record<string, string | undefined>>,
  directory = serviceAccountDirectory,
): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = environment;
  if (!host) {
    const hint = "outside of a cluster name a file: --kubeconfig FILE";
    throw new SporeError("SPORE_USAGE", "in-cluster: KUBERNETES_SERVICE_HOST is not set: this is no pod", { hint });
  }
  const read = async (name: string) => {
    try {
      return await readFile(join(directory, name), "utf8");
    } catch (cause) {
      const hint = "does the pod say automountServiceAccountToken: false?";
      throw new SporeError("SPORE_USAGE", `in-cluster: ${join(directory, name)} cannot be read`, { hint }, { cause });
    }
  };
  const [token, ca, namespace] = await Promise.all([read("token"), read("ca.crt"), read("namespace")]);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca,
    token: token.trim(),
    tokenFile: join(directory, "token"),
    namespace: namespace.trim(),
    context: "in-cluster",
  };
}
