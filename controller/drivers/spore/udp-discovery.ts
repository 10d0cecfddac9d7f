import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Clock, sleep } from "../../base/clock.ts";
import { abortOf } from "../../base/deadline.ts";
import { SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { portTaken } from "../../base/port-holder.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import type { Sighting, SightingSink } from "../driver.ts";
import { type ClusterMessage, discoveryQuery, readDatagram } from "./udp-codec.ts";

/** Where to listen for nodes. */
export interface DiscoveryOptions {
  /** Address to hear on; `0.0.0.0` for all. */
  readonly bind: string;
  /** Where nodes send their broadcasts, and we our queries. */
  readonly broadcast: string;
  readonly port: number;
  /** Called once the sockets are bound. */
  readonly onListening?: () => void;
}

/** Datagrams since the start. */
export interface DiscoveryCounters {
  received: number;
  malformed: number;
  unknown: number;
}

/** What a node says every other second, all its life in the same bytes: read once, then known again. */
interface Habit {
  readonly datagram: Buffer;
  readonly sighting: Sighting;
}

interface Parts {
  readonly options: DiscoveryOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sink: SightingSink;
}

/** What 10,000 nodes send while this process is busy for a moment. The kernel gives what `net.core.rmem_max` allows. */
const receiveBufferBytes = 8 * 1024 * 1024;
const everyAddress = "0.0.0.0";
/** Queries at the start, when nothing is known yet; later they only keep alive the nodes that do nothing but answer. */
const eagerForMs = 30_000;
const eagerQueryMs = 1_000;
const answererQueryMs = 3_000;
const quietQueryMs = 10_000;
const unknownPrefixesMax = 32;
/** Some 300 bytes each. */
const habitsMax = 65_536;
/** No node's heartbeat is longer; what is padded is not worth the memory. */
const habitMaxBytes = 128;

/** Hears the cluster protocol and asks for it. */
export class UdpDiscovery {
  readonly counters: DiscoveryCounters = { received: 0, malformed: 0, unknown: 0 };
  readonly #options: DiscoveryOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sink: SightingSink;
  readonly #unknownPrefixes = new Set<string>();
  /** The last heartbeat of each address that sends any. */
  readonly #habits = new Map<string, Habit>();
  #answererHeardMs = Number.NEGATIVE_INFINITY;

  constructor({ options, clock, log, sink }: Parts) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#sink = sink;
  }

  /** @throws SporeError `SPORE_PORT_TAKEN`, or `SPORE_USAGE` when this machine does not have the address. */
  async run(signal: AbortSignal): Promise<void> {
    const sockets: Socket[] = [];
    try {
      const main = await this.#open(this.#options.bind, false);
      sockets.push(main);
      // On Linux a socket on one address does not hear broadcasts; many may share the broadcast address.
      if (this.#options.bind !== everyAddress) sockets.push(await this.#open(this.#options.broadcast, true));
      this.#options.onListening?.();
      await Promise.all([this.#query(main, signal), abortOf(signal)]);
    } finally {
      for (const socket of sockets) socket.close();
    }
  }

  async #open(address: string, shared: boolean): Promise<Socket> {
    const { port } = this.#options;
    const socket = createSocket({ type: "udp4", reuseAddr: shared });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.bind({ address, port, exclusive: true }, () => {
          socket.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      socket.close();
      throw await bindError(error, address, port);
    }
    socket.on("error", (error) => this.#log.warn({ err: error, address }, "a discovery socket reported an error"));
    socket.on("message", (datagram, source) => this.#receive(datagram, source));
    socket.setBroadcast(true);
    socket.setRecvBufferSize(receiveBufferBytes);
    const given = socket.getRecvBufferSize();
    this.#log.info({ address, port, receiveBufferBytes: given }, "discovery listens");
    return socket;
  }

  async #query(socket: Socket, signal: AbortSignal): Promise<void> {
    const { broadcast, port } = this.#options;
    const startedMs = this.#clock.monotonic();
    let failed = false;
    while (!signal.aborted) {
      socket.send(discoveryQuery, port, broadcast, (error) => {
        if (error && !failed) this.#log.warn({ err: error, broadcast }, "a discovery query could not be sent");
        failed = error !== null;
      });
      await sleep(this.#clock, this.#queryIntervalMs(startedMs), signal).catch(() => {}); // the loop ends with the signal
    }
  }

  #queryIntervalMs(startedMs: number): number {
    const now = this.#clock.monotonic();
    if (now - startedMs < eagerForMs) return eagerQueryMs;
    return now - this.#answererHeardMs < eagerForMs ? answererQueryMs : quietQueryMs;
  }

  #receive(datagram: Buffer, { address, port }: RemoteInfo): void {
    if (address === this.#options.bind && port === this.#options.port) return; // our own query
    this.counters.received++;
    const habit = this.#habits.get(address);
    if (habit?.datagram.equals(datagram)) this.#sink(habit.sighting);
    else this.#read(datagram, address);
  }

  #read(datagram: Buffer, address: string): void {
    const message = readDatagram(datagram);
    if (message.kind === "malformed") this.counters.malformed++;
    else if (message.kind === "unknown") this.#countUnknown(message.prefix, address);
    else {
      const sighting = sightingOf(message, address);
      if (message.kind === "response") this.#noteAnswer(address);
      if (message.kind === "heartbeat" && sighting) this.#noteHabit({ datagram, sighting });
      if (sighting) this.#sink(sighting);
    }
  }

  /** Nodes of the first generation only answer, so somebody must go on asking. */
  #noteAnswer(address: string): void {
    if (!this.#habits.has(address)) this.#answererHeardMs = this.#clock.monotonic();
  }

  #noteHabit({ datagram, sighting }: Habit): void {
    if (datagram.length > habitMaxBytes) return;
    if (this.#habits.size >= habitsMax && !this.#habits.has(sighting.address)) return;
    // A copy: what was received lies alone in a block of memory that was made for the largest datagram.
    this.#habits.set(sighting.address, { datagram: Buffer.from(datagram), sighting });
  }

  #countUnknown(prefix: string, address: string): void {
    this.counters.unknown++;
    if (this.#unknownPrefixes.has(prefix) || this.#unknownPrefixes.size >= unknownPrefixesMax) return;
    this.#unknownPrefixes.add(prefix);
    this.#log.info({ prefix, address }, "a datagram has a prefix that is not known");
  }
}

function sightingOf(message: ClusterMessage, address: string): Sighting | undefined {
  switch (message.kind) {
    case "details":
      // Nobody else holds the details: a copy of each would cost as much as reading them.
      return Object.assign(message.details, { family: "spore", address, hostname: message.hostname } as const);
    case "heartbeat":
    case "response":
      return message.hostname === undefined
        ? { family: "spore", address }
        : { family: "spore", address, hostname: message.hostname };
    case "pong":
      return { family: "spore", address, hostname: message.hostname };
    case "discovery":
      return { family: "spore", address };
    case "event":
    case "raw":
    case "probe":
    case "malformed":
    case "unknown":
      return undefined;
  }
}

async function bindError(error: unknown, address: string, port: number): Promise<unknown> {
  const code = systemErrorCode(error);
  if (code === "EADDRINUSE") {
    const hint = "end that program, or give SPORE and its nodes another port with --udp-port";
    return portTaken({ protocol: "udp", address, port }, hint, error);
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL")
    return new SporeError(
      "SPORE_USAGE",
      `UDP port ${port} of ${address} cannot be opened (${code}).`,
      {
        hint: "--discovery-bind must be an address of this machine, and --broadcast the broadcast address of its network.",
      },
      { cause: error },
    );
  return error;
}
