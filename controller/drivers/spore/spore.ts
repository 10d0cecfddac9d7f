import { type Clock, sleep } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { Lane } from "../../wires/lane.ts";
import { Lanes } from "../../wires/lanes.ts";
import type {
  Action,
  Capability,
  Driver,
  Observation,
  ObservedConfig,
  Outcome,
  Progress,
  SightingSink,
  Target,
} from "../driver.ts";
import { endpointOf, NodeHttp } from "./node-http.ts";
import { type NodeStatus, sightingOfStatus } from "./node-status.ts";
import { expectWho, readNodeStatus, readObservation } from "./observe.ts";
import { UploadFrames } from "./ota.ts";
import { beforeWriting, perform } from "./perform.ts";
import { type DiscoveryCounters, type DiscoveryOptions, UdpDiscovery } from "./udp-discovery.ts";

/** What the driver of SPORE nodes is made of. */
export interface SporeDriverOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly discovery: DiscoveryOptions;
  /** Nodes that no datagram reaches us from; asked over HTTP instead. */
  readonly seeds: readonly Pick<Target, "address" | "port">[];
}

/** One look is up to five requests, each of which may be tried twice: a device that takes its time with all of them must not hold up others. */
const observeMaxMs = 30_000;
/** A status read so lately, in a lane that nobody wrote in since, still says who is there. */
const freshMs = 2_000;
/** Just often enough that a seed which answers never counts as silent. */
const seedPollMs = 8_000;

interface Fresh {
  readonly status: NodeStatus;
  readonly endpoint: string;
  readonly atMs: number;
}

/** ESP8266 nodes of the SPORE engine, upstream and our own, and the host processes that speak as they do. */
export class SporeDriver implements Driver {
  readonly family = "spore";
  readonly capabilities: ReadonlySet<Capability> = new Set(["Ota", "Restart", "Config", "Labels", "Call"]);
  readonly #options: SporeDriverOptions;
  readonly #clock: Clock;
  readonly #lanes: Lanes;
  readonly #http: NodeHttp;
  readonly #frames = new UploadFrames();
  readonly #fresh = new WeakMap<Lane, Fresh>();
  readonly #configs = new WeakMap<Lane, ObservedConfig>();
  readonly #sinks = new Set<SightingSink>();
  #counters: DiscoveryCounters | undefined;

  constructor(options: SporeDriverOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#lanes = new Lanes(options.clock);
    this.#http = new NodeHttp(options.clock);
  }

  /** Datagrams heard since discovery began; undefined before. */
  get counters(): Readonly<DiscoveryCounters> | undefined {
    return this.#counters;
  }

  /** Also tells of nodes that answered a request meanwhile: that is a sign of life. */
  async discover(sink: SightingSink, signal: AbortSignal): Promise<void> {
    const heardAtMs = new Map<string, number>(
      this.#options.seeds.map(({ address }) => [address, Number.NEGATIVE_INFINITY]),
    );
    const hear: SightingSink = (sighting) => {
      if (sighting.hostname !== undefined) this.#lanes.heard(sighting.hostname);
      if (heardAtMs.has(sighting.address)) heardAtMs.set(sighting.address, this.#clock.monotonic());
      sink(sighting);
    };
    const { clock, log, discovery, seeds } = this.#options;
    const udp = new UdpDiscovery({ options: discovery, clock, log, sink: hear });
    this.#counters = udp.counters;
    this.#sinks.add(hear);
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      await Promise.all([udp.run(either), ...seeds.map((seed) => this.#pollSeed(seed, heardAtMs, either))]);
    } finally {
      ended.abort();
      this.#sinks.delete(hear);
    }
  }

  async observe(target: Target, signal: AbortSignal): Promise<Observation> {
    const lane = this.#laneOf(target);
    const { observation } = await lane.run("read", () => this.#look(target, lane, signal), signal);
    return observation;
  }

  async #look(target: Target, lane: Lane, signal: AbortSignal): Promise<NodeStatus> {
    using deadline = new Deadline(this.#clock, signal, observeMaxMs, `looking at ${endpointOf(target)}`);
    try {
      return this.#noteStatus(target, lane, await readObservation(this.#reading(target, lane, deadline.signal)));
    } catch (error) {
      if (!deadline.expired) throw error;
      const message = `${endpointOf(target)} did not say all there is to say within ${observeMaxMs / 1000} s.`;
      throw new SporeError("SPORE_DEVICE_UNREACHABLE", message, {}, { cause: error });
    }
  }

  async perform(target: Target, action: Action, report: Progress, signal: AbortSignal): Promise<Outcome> {
    const lane = this.#laneOf(target);
    const work = {
      target,
      action,
      report,
      signal,
      clock: this.#clock,
      frames: this.#frames,
      identify: () => this.#identify(target, lane, signal),
      answered: (reached: boolean) => lane.answered(reached),
    };
    try {
      return await lane.run("write", () => perform(work).finally(() => this.#forget(lane, action)), signal);
    } catch (error) {
      return beforeWriting(error, signal);
    }
  }

  #forget(lane: Lane, { kind }: Action): void {
    this.#fresh.delete(lane);
    if (kind !== "InstallFirmware" && kind !== "Restart") this.#configs.delete(lane);
  }

  /** Asks without the token: whoever answers has yet to show that they may hear it. */
  async #identify(whole: Target, lane: Lane, signal: AbortSignal): Promise<NodeStatus> {
    const { token: _unshown, ...target } = whole;
    const fresh = this.#fresh.get(lane);
    if (fresh && fresh.endpoint === endpointOf(target) && this.#clock.monotonic() - fresh.atMs < freshMs) {
      expectWho(target, fresh.status);
      return fresh.status;
    }
    return this.#noteStatus(target, lane, await readNodeStatus(this.#reading(target, lane, signal)));
  }

  #reading(target: Target, lane: Lane, signal: AbortSignal) {
    const answered = (reached: boolean) => lane.answered(reached);
    return { http: this.#http, target, signal, answered, config: this.#configs.get(lane) };
  }

  #noteStatus(target: Target, lane: Lane, status: NodeStatus): NodeStatus {
    const endpoint = endpointOf(target);
    this.#fresh.set(lane, { status, endpoint, atMs: this.#clock.monotonic() });
    const { config } = status.observation;
    if (config) this.#configs.set(lane, config);
    this.#lanes.of(endpoint, status.observation.identity.hostname);
    const sighting = sightingOfStatus(status, target.address, target.port);
    for (const sink of this.#sinks) sink(sighting);
    return status;
  }

  #laneOf(target: Target): Lane {
    return this.#lanes.of(endpointOf(target), target.identity?.hostname);
  }

  /** Asks a node that is not heard. Not while somebody uses its lane: then it is heard by that. */
  async #pollSeed(seed: Target, heardAtMs: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    let answers = true;
    while (!signal.aborted) {
      const silentMs = this.#clock.monotonic() - (heardAtMs.get(seed.address) ?? 0);
      if (silentMs >= seedPollMs && this.#laneOf(seed).idle) {
        const error = await this.#askSeed(seed, signal);
        if (error && answers)
          this.#options.log.warn({ err: error, address: seed.address }, "a node given by address does not answer");
        answers = !error;
      }
      await sleep(this.#clock, seedPollMs, signal).catch(() => {}); // the loop ends with the signal
    }
  }

  /** @returns why it does not answer. */
  async #askSeed(seed: Target, signal: AbortSignal): Promise<SporeError | undefined> {
    const lane = this.#laneOf(seed);
    const read = async () => this.#noteStatus(seed, lane, await readNodeStatus(this.#reading(seed, lane, signal)));
    try {
      await lane.run("read", read, signal);
      return undefined;
    } catch (error) {
      if (isSporeError(error)) return error;
      if (signal.aborted) return undefined;
      throw error;
    }
  }
}
