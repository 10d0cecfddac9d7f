import type { SampleNode } from "./demo-fleet.ts";
import type { SporedProcess } from "./spored-process.ts";

/** The headline of the picture. */
export function title(ready: number, nodes: number, seconds?: number): string {
  return `SPORE  ${ready} of ${nodes} nodes ready${seconds === undefined ? "" : `  ${seconds} s`}`;
}

/** What was started, and where. */
export function greeting(spored: Pick<SporedProcess, "api" | "healthPort" | "kubeconfig" | "logFile">, what: string) {
  return [
    "spored runs",
    `  API         ${spored.api}`,
    `  metrics     http://127.0.0.1:${spored.healthPort}/metrics`,
    `  kubeconfig  ${spored.kubeconfig}`,
    `  log         ${spored.logFile}`,
    what,
  ].join("\n");
}

/** What to try next, as lines that can be copied. `oldImage` is a path from the checkout. */
export function farewell(kubeconfig: string, { name, url, pid }: SampleNode, oldImage: string): string {
  const powerCut =
    pid === undefined ? [] : [`  kill -9 ${pid}    # ${name} loses its power; it has it back after 12 s`];
  return [
    "",
    "Try, in another terminal, in this directory:",
    `  export SPORE_KUBECONFIG=${kubeconfig}`,
    "  npx sporectl get nodes",
    `  npx sporectl describe node ${name}`,
    "  # the fleet goes back to the old version:",
    "  sed s/1.1.0/1.0.0/ manifests/quickstart/node-group.yaml |",
    "    npx sporectl apply -f -",
    "  # somebody flashes a node behind SPORE's back; SPORE undoes it:",
    `  curl -F file=@${oldImage} \\`,
    `       ${url}/api/node/update`,
    ...powerCut,
    "Ctrl-C stops everything.",
    "",
  ].join("\n");
}
