import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Firmware } from "../api/firmware.ts";
import { NodeGroup } from "../api/node-group.ts";
import { parseImage } from "../artifacts/parse-image.ts";
import { sleep } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { runCli } from "../cli/run-cli.ts";
import { apiClient } from "../client/api-client.ts";
import type { Client } from "../client/client.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { type SporedProcess, startSpored } from "../demo/spored-process.ts";
import type { BenchContext } from "./row.ts";

/** A control plane in a process of its own, as a user has it, and a way in. */
export interface BenchPlane extends AsyncDisposable {
  readonly spored: SporedProcess;
  readonly client: Client;
  readonly kubeconfig: string;
}

const groupKey = { namespace: "default", name: "bench" } as const;

/** Starts one on free ports that hears `udpPort`. */
export async function startPlane(
  udpPort: number,
  directory: string,
  flags: readonly string[],
  context: BenchContext,
): Promise<BenchPlane> {
  const { clock, signal } = context;
  const ports = ["--api-port", "0", "--gateway-port", "0", "--udp-port", `${udpPort}`];
  const spored = await startSpored({ dataDir: directory, flags: [...ports, ...flags], clock, signal });
  const connection = httpsTransport(await readKubeconfig([spored.kubeconfig]), clock);
  return {
    spored,
    client: apiClient(connection.transport, { clock, userAgent: "spore-bench/0.1" }),
    kubeconfig: spored.kubeconfig,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await spored[Symbol.asyncDispose]();
    },
  };
}

/** Uploads an image as a user would; returns the Firmware's name. */
export async function pushImage(
  plane: BenchPlane,
  image: Uint8Array,
  directory: string,
  context: BenchContext,
): Promise<string> {
  const { descriptor } = await parseImage(image);
  const name = `${descriptor?.name}-${descriptor?.version}`;
  const path = join(directory, `${name}.bin`);
  await writeFile(path, image);
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  const collect = { write, isTerminal: false, width: 80 };
  const io = {
    out: collect,
    err: collect,
    input: (async function* () {})(),
    env: { SPORE_KUBECONFIG: plane.kubeconfig },
  };
  const code = await runCli(["firmware", "push", path], { ...io, clock: context.clock, signal: context.signal });
  if (code !== 0) throw new SporeError("SPORE_UNAVAILABLE", `the image was not taken: ${said}`);
  await until(async () => {
    const firmware = await plane.client.get(Firmware, { namespace: "default", name }, context.signal);
    return firmware?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
  }, context);
  return name;
}

/** Makes the group that takes every node with the label `bench: yes`, all at once and without waiting. */
export async function createGroup(plane: BenchPlane, firmware: string, signal: AbortSignal): Promise<void> {
  const spec = {
    selector: { matchLabels: { "device.spore.dev/bench": "yes" } },
    adoption: "Automatic",
    template: { firmware: { name: firmware } },
    strategy: { maxUnavailable: "100%" },
    minReadySeconds: 0,
  } as const;
  await plane.client.create(NodeGroup, { metadata: groupKey, spec }, { signal });
}

/** Makes the group want another image. */
export async function setFirmware(plane: BenchPlane, firmware: string, signal: AbortSignal): Promise<void> {
  const body = { spec: { template: { firmware: { name: firmware } } } };
  await plane.client.patch(NodeGroup, groupKey, { type: "merge", body }, { signal });
}

/** How many of the group's nodes are updated and Ready; 0 while the group does not speak of this spec. */
export async function convergedNodes(plane: BenchPlane, signal: AbortSignal): Promise<number> {
  const group = await plane.client.get(NodeGroup, groupKey, signal);
  const status = group?.status;
  if (!status || status.observedGeneration !== group.metadata.generation) return 0;
  return Math.min(status.readyNodes ?? 0, status.updatedNodes ?? 0);
}

const lookEveryMs = 100;
const patienceMs = 170_000;

/** Resolves when `holds` does. @throws SporeError `SPORE_TIMEOUT`. */
export async function until(holds: () => Promise<boolean>, { clock, signal }: BenchContext): Promise<void> {
  const startMs = clock.monotonic();
  while (!(await holds())) {
    if (clock.monotonic() - startMs > patienceMs)
      throw new SporeError("SPORE_TIMEOUT", "the fleet did not get there in time");
    await sleep(clock, lookEveryMs, signal);
  }
}
