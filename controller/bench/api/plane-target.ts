import { readKubeconfig } from "../../client/kubeconfig.ts";
import type { BenchPlane } from "../bench-plane.ts";
import type { Target } from "./http-connection.ts";

/** The API of a plane, as its administrator. */
export async function targetOf({ kubeconfig }: BenchPlane): Promise<Target> {
  const { server, ca = "", token } = await readKubeconfig([kubeconfig]);
  const { hostname, port } = new URL(server);
  return {
    host: hostname,
    port: Number(port),
    ca,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** Of a plane that only serves the API: nobody else writes. */
export const apiOnly = ["--components", "apiserver"] as const;
