import { readFile } from "node:fs/promises";
import { type Clock, sleep, systemClock } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { parseFaultRule } from "../../simulator/spore/faults.ts";
import { type Fleet, type FleetOptions, startFleet } from "../../simulator/spore/fleet.ts";
import { type FleetSummary, summarize } from "../../simulator/spore/fleet-summary.ts";
import { physicsPresets } from "../../simulator/spore/physics.ts";
import { profiles } from "../../simulator/spore/profiles.ts";
import { scaledClock } from "../../simulator/spore/scaled-clock.ts";

/** The flags of `sporectl sim`, as they were typed. */
export interface SimOptions {
  readonly nodes: number;
  /** @default "spore" */
  readonly family?: string;
  /** @default "spore" */
  readonly profile?: string;
  /** `NAME[=NUMBER][@PERCENT%]`, each. */
  readonly faults?: readonly string[];
  /** @default "quick" */
  readonly physics?: string;
  /** How many times as fast as life. @default 1 */
  readonly speed?: number;
  readonly base?: string;
  readonly seed?: number;
  readonly udpPort?: number;
  readonly httpPort?: number;
  readonly broadcast?: string;
  /** A file with the image that the nodes run at first. */
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a command that goes on for a while needs of its surroundings. */
export interface SimSurroundings {
  /** Takes whole lines. */
  readonly out: (line: string) => void;
  /** Takes a line every second that replaces the one before; absent where lines stay, and then `out` gets what has changed. */
  readonly status?: (line: string) => void;
  /** Stops the fleet. */
  readonly signal: AbortSignal;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Runs simulated nodes until `signal` aborts, and says how they are.
 *
 * @throws SporeError `SPORE_USAGE` for flags that make no sense, `SPORE_PORT_TAKEN`, `SPORE_FORBIDDEN` for upstream nodes without port 80.
 */
export async function runSim(
  options: SimOptions,
  { out, status, signal, clock = systemClock }: SimSurroundings,
): Promise<void> {
  const fleetOptions = await readFlags(options, clock);
  const startMs = clock.monotonic();
  await using fleet = await startFleet(fleetOptions);
  const tookMs = Math.round(clock.monotonic() - startMs);
  requireFindable(fleet, options);
  for (const line of greeting(fleet, options, tookMs)) out(line);
  let before = summarize(fleet);
  let told = "";
  while (!signal.aborted) {
    try {
      await sleep(clock, 1000, signal);
    } catch {
      break; // the signal: the fleet stops on the way out
    }
    const now = summarize(fleet);
    const line = describe(now);
    if (status) status(`${line}, ${now.datagrams.sent - before.datagrams.sent} datagrams/s`);
    else if (line !== told) out(line);
    told = line;
    before = now;
  }
}

const upstreamHttpPort = 80;

/** Upstream firmware serves port 80 and has no word for another: on a port that the system chose nobody would find it. */
function requireFindable(
  { nodes: [first] }: Fleet,
  { profile = "spore", httpPort = upstreamHttpPort }: SimOptions,
): void {
  if (profile === "spore" || httpPort !== upstreamHttpPort || first?.httpPort === upstreamHttpPort) return;
  throw new SporeError(
    "SPORE_FORBIDDEN",
    `${profile} nodes serve port ${upstreamHttpPort} and cannot announce another; this user may not open it`,
    {
      hint: "run it with sudo, or allow it with `sudo sysctl net.ipv4.ip_unprivileged_port_start=80`; --profile spore needs neither",
    },
  );
}

/** Not all options are handed on: what was not typed stays the fleet's own preset. */
async function readFlags(options: SimOptions, clock: Clock): Promise<FleetOptions> {
  const { family = "spore", profile = "spore", physics = "quick", speed = 1 } = options;
  choose("family", family, ["spore"]);
  if (!(speed > 0)) throw new SporeError("SPORE_USAGE", `--speed must be above 0, not ${speed}.`);
  return {
    count: options.nodes,
    clock: scaledClock(clock, speed),
    profile: choose("profile", profile, keysOf(profiles)),
    physics: physicsPresets[choose("physics", physics, keysOf(physicsPresets))],
    faults: (options.faults ?? []).map(parseFaultRule),
    ...(options.base !== undefined && { base: options.base }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.udpPort !== undefined && { udpPort: options.udpPort }),
    ...(options.httpPort !== undefined && { httpPort: options.httpPort }),
    ...(options.broadcast !== undefined && { broadcast: options.broadcast }),
    ...(options.labels !== undefined && { labels: options.labels }),
    ...(options.image !== undefined && { image: await readImage(options.image) }),
  };
}

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new SporeError("SPORE_USAGE", `${path} cannot be read (${systemErrorCode(cause)})`, {}, { cause });
  }
}

function choose<T extends string>(flag: string, given: string, names: readonly T[]): T {
  const name = names.find((each) => each === given);
  if (name !== undefined) return name;
  throw new SporeError("SPORE_USAGE", `--${flag} must be one of ${names.join(", ")}, not "${given}".`);
}

function keysOf<T extends object>(table: T): readonly Extract<keyof T, string>[] {
  const keys: Extract<keyof T, string>[] = [];
  for (const key in table) keys.push(key);
  return keys;
}

function greeting(fleet: Fleet, { profile = "spore" }: SimOptions, tookMs: number): readonly string[] {
  const first = fleet.nodes[0];
  const last = fleet.nodes.at(-1);
  if (!first || !last) return [];
  const range = first === last ? first.board.address : `${first.board.address} to ${last.board.address}`;
  const announced = profile === "spore" ? ", which the nodes announce" : "";
  const http = first.httpPort === last.httpPort ? `HTTP on ${first.httpPort}` : `HTTP on free ports${announced}`;
  const isHidden = profile !== "spore" && first.httpPort !== upstreamHttpPort;
  return [
    `${fleet.nodes.length} simulated ${profile} nodes run after ${tookMs} ms: ${range}, ${http}.`,
    ...(isHidden
      ? [
          `${profile} nodes cannot announce a port: start spored with --node ${first.board.address}:${first.httpPort} and so on.`,
        ]
      : []),
    `They broadcast to ${fleet.broadcast}:${fleet.udpPort}. Stop with Ctrl-C.`,
  ];
}

function describe(now: FleetSummary): string {
  const counted = (count: number, what: string) => (count > 0 ? [`${count} ${what}`] : []);
  const { accepted, refused, failed, aborted } = now.uploads;
  return [
    `${now.up}/${now.nodes} up`,
    ...counted(now.updating, "taking an upload"),
    ...counted(now.starting, "starting"),
    ...counted(now.safeMode, "in safe mode"),
    ...counted(now.gone, "gone"),
    ...counted(accepted, "uploads taken"),
    ...counted(refused + failed, "uploads refused"),
    ...counted(aborted, "uploads broken off"),
    `versions ${now.versions.map(([version, nodes]) => `${version} × ${nodes}`).join(", ")}`,
  ].join(", ");
}
