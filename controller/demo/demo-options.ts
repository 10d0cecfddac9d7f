import { parseArgs } from "node:util";
import { SporeError } from "../base/errors.ts";

/** What `npm start -- …` may say. */
export interface DemoOptions {
  /** Leave when the fleet has converged. */
  readonly once: boolean;
  readonly nodes: number;
  /** How long `once` waits, in seconds. */
  readonly timeoutSeconds: number;
  /** Undefined: a fresh temporary directory, removed at the end. */
  readonly dataDir: string | undefined;
  readonly apiPort: number;
  readonly gatewayPort: number;
  readonly udpPort: number;
  /** TCP port of the nodes' HTTP. */
  readonly httpPort: number;
  /** Address of the first node; the others follow. */
  readonly base: string;
  /** Simulated nodes, also where there is a compiler. */
  readonly simulated: boolean;
}

const nodesMax = 200;

export const demoHelp = `npm start [-- flags]

  --once             leave when the fleet has converged: exit code 0, or 1 with the reason
  --nodes N          how many nodes; default 8
  --timeout S        how long --once waits, in seconds; default max(120, 15 × N)
  --data-dir DIR     keep objects, credentials and the nodes' flash here
  --simulated        simulated nodes, also where there is a C++ compiler
  --api-port PORT    default 7443       --gateway-port PORT  default 3001
  --udp-port PORT    default 4210       --http-port PORT     of the nodes, default 80
  --base ADDRESS     of the first node, default 127.0.10.1
`;

/**
 * Reads the words behind `npm start --`.
 *
 * @throws SporeError `SPORE_USAGE`.
 */
export function readDemoOptions(words: readonly string[]): DemoOptions | "help" {
  const { values } = parse(words);
  if (values.help) return "help";
  const nodes = whole("--nodes", values.nodes, 8, 1, nodesMax);
  return {
    once: values.once === true,
    nodes,
    timeoutSeconds: whole("--timeout", values.timeout, Math.max(120, 15 * nodes), 1, 86_400),
    dataDir: values["data-dir"],
    apiPort: whole("--api-port", values["api-port"], 7443, 0, 65_535),
    gatewayPort: whole("--gateway-port", values["gateway-port"], 3001, 0, 65_535),
    udpPort: whole("--udp-port", values["udp-port"], 4210, 1, 65_535),
    httpPort: whole("--http-port", values["http-port"], 80, 0, 65_535),
    base: values.base ?? "127.0.10.1",
    simulated: values.simulated === true,
  };
}

function parse(words: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...words],
      options: {
        once: flag,
        help: { ...flag, short: "h" },
        nodes: text,
        timeout: text,
        "data-dir": text,
        simulated: flag,
        "api-port": text,
        "gateway-port": text,
        "udp-port": text,
        "http-port": text,
        base: text,
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SporeError("SPORE_USAGE", message, { hint: "npm start -- --help lists the flags" }, { cause: error });
  }
}

function whole(name: string, value: string | undefined, fallback: number, low: number, high: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= low && number <= high) return number;
  throw new SporeError("SPORE_USAGE", `${name} "${value}": must be a number from ${low} to ${high}`);
}
