import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, sleep } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { silentLogger } from "../base/log.ts";
import { runCli } from "../cli/run-cli.ts";
import { apiClient } from "../client/api-client.ts";
import type { Client } from "../client/client.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { addressAfter } from "./board-fleet.ts";
import { buildHostFirmware, type HostFirmware } from "./build-firmware.ts";
import type { DemoFleet } from "./demo-fleet.ts";
import type { DemoOptions } from "./demo-options.ts";
import { farewell, greeting, title } from "./demo-words.ts";
import { startHostFleet } from "./host-fleet.ts";
import type { LivePicture } from "./live-picture.ts";
import { requireAddresses } from "./loopback-addresses.ts";
import { startSimulation } from "./simulated-fleet.ts";
import { type SporedProcess, startSpored } from "./spored-process.ts";
import { lookAtFleet } from "./watched-fleet.ts";

export interface DemoSurroundings {
  readonly screen: LivePicture;
  readonly clock: Clock;
  /** Ends the demo cleanly. */
  readonly signal: AbortSignal;
}

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const quickstart = join(checkout, "manifests", "quickstart");
const group = { namespace: "default", name: "lab-sensors" };
const program = "lab-sensor";
const oldVersion = "1.0.0";
const newVersion = "1.1.0";
/** So that an upload can be watched. */
const otaBytesPerSecond = 120_000;
const lookEveryMs = 150;
/** A build that takes longer is announced. */
const quietBuildMs = 700;
/** Where nodes on loopback announce themselves. */
const broadcast = "127.255.255.255";

/**
 * Builds, starts, applies, watches; returns the exit code.
 *
 * @throws SporeError where something that it needs is missing or taken.
 */
export async function runDemo(options: DemoOptions, around: DemoSurroundings): Promise<number> {
  const { screen, clock, signal } = around;
  const startMs = clock.monotonic();
  const addresses = Array.from({ length: options.nodes }, (_, index) => addressAfter(options.base, index));
  await requireAddresses([...addresses, broadcast]);
  await using directory = await dataDirectory(options.dataDir);
  const firmware = options.simulated ? undefined : await buildOrExplain(around);
  await using spored = await startSpored({
    dataDir: directory.path,
    flags: sporedFlags(options),
    clock,
    signal,
  });
  await using connection = await connect(spored, clock);
  await using fleet = await startFleet(options, firmware, directory.path, around);
  screen.say(greeting(spored, fleet.what));
  const show = converge(options, { client: connection.client, spored, fleet, startMs }, around);
  return await Promise.race([show, spored.failed]);
}

interface Stage {
  readonly client: Client;
  readonly spored: SporedProcess;
  readonly fleet: DemoFleet;
  readonly startMs: number;
}

/** Everything that a user does, and looking on; returns the exit code. */
async function converge(
  options: DemoOptions,
  { client, spored, fleet, startMs }: Stage,
  around: DemoSurroundings,
): Promise<number> {
  const { screen, signal } = around;
  await pushImages(fleet.images, spored, around);
  await sporectl(["apply", "-f", quickstart], spored, around);
  const timeoutMs = options.once ? options.timeoutSeconds * 1000 : Number.POSITIVE_INFINITY;
  const converged = await watchUntilConverged(client, options, around, timeoutMs, startMs);
  if (options.once) return converged ? 0 : 1;
  if (!signal.aborted) {
    const [oldImage = ""] = fleet.images;
    screen.say(farewell(spored.kubeconfig, await fleet.sample(), fromCheckout(oldImage)));
  }
  await watchOn(client, options, around);
  screen.say("stopping");
  return 0;
}

function sporedFlags({ apiPort, gatewayPort, udpPort }: DemoOptions): readonly string[] {
  const ports = ["--api-port", `${apiPort}`, "--gateway-port", `${gatewayPort}`, "--udp-port", `${udpPort}`];
  return [...ports, "--auto-adopt", group.namespace, "--ota-parallel", "8"];
}

async function dataDirectory(given: string | undefined): Promise<AsyncDisposable & { readonly path: string }> {
  if (given !== undefined) return { path: given, [Symbol.asyncDispose]: async () => {} };
  const path = await mkdtemp(join(tmpdir(), "spore-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Undefined where there is no compiler: the reason has been said. */
async function buildOrExplain({ screen, clock, signal }: DemoSurroundings): Promise<HostFirmware | undefined> {
  const startMs = clock.monotonic();
  const notice = clock.after(quietBuildMs, () => screen.say("building the firmware; the next time it is there"));
  try {
    const outDir = join(checkout, "build", "host");
    const firmware = await buildHostFirmware({ checkout, outDir, signal, log: silentLogger });
    const seconds = (clock.monotonic() - startMs) / 1000;
    if (seconds > 1) screen.say(`built the firmware in ${seconds.toFixed(1)} s`);
    return firmware;
  } catch (error) {
    if (!isSporeError(error, "SPORE_COMPILER_MISSING")) throw error;
    screen.say(`${error.message}\n${error.details.hint ?? ""}\nUntil then: SIMULATED nodes.`);
    return undefined;
  } finally {
    notice.cancel();
  }
}

function startFleet(
  options: DemoOptions,
  firmware: HostFirmware | undefined,
  dataDir: string,
  { screen, clock }: DemoSurroundings,
): Promise<DemoFleet> {
  if (!firmware) return startSimulation(options, dataDir, otaBytesPerSecond, clock);
  return startHostFleet({
    demo: options,
    firmware,
    versions: { program, old: oldVersion, next: newVersion },
    directory: dataDir,
    otaBytesPerSecond,
    clock,
    onEvent: (sentence) => screen.say(sentence),
  });
}

async function connect(spored: SporedProcess, clock: Clock): Promise<AsyncDisposable & { readonly client: Client }> {
  const access = await readKubeconfig([spored.kubeconfig]);
  const connection = httpsTransport(access, clock);
  return {
    client: apiClient(connection.transport, { clock, userAgent: "spore-demo/0.1" }),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

async function pushImages(images: readonly string[], spored: SporedProcess, around: DemoSurroundings): Promise<void> {
  for (const image of images) {
    await readFile(image); // a clear error before a connection is opened
    await sporectl(["firmware", "push", image], spored, around);
  }
}

/** The command line as a user has it, in this process. */
async function sporectl(words: readonly string[], spored: SporedProcess, around: DemoSurroundings): Promise<void> {
  const { screen, clock, signal } = around;
  screen.say(`$ sporectl ${words.map(fromCheckout).join(" ")}`);
  let errors = "";
  const collect = (sink: (text: string) => void) => ({ write: sink, isTerminal: false, width: 80 });
  const code = await runCli(words, {
    out: collect((text) => screen.say(`  ${text.trimEnd()}`)),
    err: collect((text) => {
      errors += text;
    }),
    input: (async function* () {})(),
    env: { SPORE_KUBECONFIG: spored.kubeconfig },
    clock,
    signal,
  });
  if (code !== 0 && !signal.aborted)
    throw new SporeError("SPORE_UNAVAILABLE", `sporectl ${words[0]} failed: ${errors.trim()}`);
}

/** As somebody types it who stands in the checkout. */
function fromCheckout(path: string): string {
  return path.startsWith(checkout) ? path.slice(checkout.length) : path;
}

async function watchUntilConverged(
  client: Client,
  options: DemoOptions,
  around: DemoSurroundings,
  timeoutMs: number,
  startMs: number,
): Promise<boolean> {
  const { screen, clock, signal } = around;
  for (;;) {
    const seconds = Math.round((clock.monotonic() - startMs) / 1000);
    const look = await lookAtFleet(client, group, options.nodes, signal).catch(stopped);
    if (!look) return false;
    screen.show(look.lines, title(look.lines.filter(({ state }) => state === "ready").length, options.nodes, seconds));
    if (look.converged) {
      screen.say(`converged: ${options.nodes} nodes run ${program} ${look.version} after ${seconds} s`);
      return true;
    }
    if (options.once && look.stalled !== undefined) {
      screen.say(`stalled: ${look.stalled}`);
      return false;
    }
    if (clock.monotonic() - startMs > timeoutMs) {
      const open = look.lines.filter(({ state }) => state !== "ready").map(({ name, text }) => `${name}: ${text}`);
      screen.say(
        `not converged after ${options.timeoutSeconds} s: ${look.reason ?? "the group says nothing"}\n${open.join("\n")}`,
      );
      return false;
    }
    if (
      await sleep(clock, lookEveryMs, signal).then(
        () => false,
        () => true,
      )
    )
      return false;
  }

  function stopped(error: unknown): undefined {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Goes on showing the fleet until the demo is stopped. */
async function watchOn(
  client: Client,
  options: DemoOptions,
  { screen, clock, signal }: DemoSurroundings,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const look = await lookAtFleet(client, group, options.nodes, signal);
      const ready = look.lines.filter(({ state }) => state === "ready").length;
      screen.show(look.lines, title(ready, options.nodes));
      await sleep(clock, lookEveryMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
