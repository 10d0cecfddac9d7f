import { createHash } from "node:crypto";
import type { Socket as UdpSocket } from "node:dgram";
import { createServer, type Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import { type Clock, systemClock } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import { type Logger, silentLogger } from "../../base/log.ts";
import { type Random, seededRandom } from "../../base/random.ts";
import { boardAt } from "./board.ts";
import { type ClusterMessage, readClusterMessage } from "./cluster-messages.ts";
import { drawFaults, type FaultRule } from "./faults.ts";
import { FileShelf } from "./file-shelf.ts";
import { type FlashedImage, ImageReader } from "./flashed-image.ts";
import { openSocket } from "./fleet-sockets.ts";
import { SimulatedNode } from "./node.ts";
import type { ConfigValues } from "./node-config.ts";
import type { Labels } from "./node-labels.ts";
import { NodeState } from "./node-state.ts";
import type { NodeWire, Source } from "./node-wire.ts";
import { type Physics, physicsPresets } from "./physics.ts";
import { type ProfileName, profiles } from "./profiles.ts";
import { simulatedImage } from "./simulated-image.ts";
import { TimerQueue } from "./timer-queue.ts";

/** What fleet to start. */
export interface FleetOptions {
  readonly count: number;
  /** @default "spore" */
  readonly profile?: ProfileName;
  /** Address of the first node; the others follow. @default "127.20.0.1" */
  readonly base?: string;
  /** 0: free ports, which the nodes announce. Also where the port needs rights that this user lacks. @default 80 */
  readonly httpPort?: number;
  /**
   * The nodes only broadcast: nobody can ask them anything over HTTP, and they do not hear broadcasts. For load; such a fleet needs half
   * the open files. @default false
   */
  readonly speakOnly?: boolean;
  /** 0: a free one, see `Fleet.udpPort`. @default 4210 */
  readonly udpPort?: number;
  /** @default "127.255.255.255" */
  readonly broadcast?: string;
  /** Two fleets with one seed do the same. @default 1 */
  readonly seed?: number;
  readonly clock?: Clock;
  /** @default physicsPresets.instant */
  readonly physics?: Physics;
  readonly faults?: readonly FaultRule[];
  /** What the nodes run; absent: `lab-sensor` 1.0.0. */
  readonly image?: Uint8Array;
  /** Compiled into the application. */
  readonly labels?: Labels;
  /** Stands in each node's configuration. */
  readonly config?: ConfigValues;
  readonly log?: Logger;
  /** Stops the fleet. */
  readonly signal?: AbortSignal;
}

/** A fleet that runs. */
export interface Fleet extends AsyncDisposable {
  readonly nodes: readonly SimulatedNode[];
  readonly udpPort: number;
  readonly broadcast: string;
  readonly traffic: Traffic;
  /** Takes all nodes off the network and closes every socket. */
  stop(): Promise<void>;
}

/** Datagrams since the start. */
export interface Traffic {
  readonly sent: number;
  /** Lost on the way out, by physics or fault. */
  readonly lost: number;
  readonly received: number;
}

/**
 * Starts simulated SPORE nodes on real sockets, each at its own loopback address. They are running when this resolves, and
 * speak as a fleet that has been running for a while.
 *
 * @throws SporeError `SPORE_USAGE` for options that make no sense, `SPORE_PORT_TAKEN`.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const fleet = new SocketFleet(options);
  try {
    await fleet.start();
  } catch (error) {
    await fleet.stop();
    throw error;
  }
  return fleet;
}

/** Larger fleets do not hear one another, as behind an access point with client isolation: a node's table holds no more. */
const neighboursMax = 32;
const broadcastBufferBytes = 4 * 1024 * 1024;
const nodesMax = 65_536;

class SocketFleet implements Fleet {
  readonly nodes: SimulatedNode[] = [];
  readonly broadcast: string;
  readonly traffic = { sent: 0, lost: 0, received: 0 };

  readonly #options: FleetOptions;
  readonly #clock: TimerQueue;
  readonly #log: Logger;
  readonly #images = new ImageReader();
  readonly #files = new FileShelf();
  readonly #byAddress = new Map<string, SimulatedNode>();
  readonly #sockets: UdpSocket[] = [];
  readonly #http: HttpServer;
  #udpPort: number;
  #stopped: Promise<void> | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#clock = new TimerQueue(options.clock ?? systemClock);
    this.#log = options.log ?? silentLogger;
    this.broadcast = options.broadcast ?? "127.255.255.255";
    this.#udpPort = options.udpPort ?? 4210;
    this.#http = sharedServer((socket) => this.#byAddress.get(socket.localAddress ?? ""));
  }

  get udpPort(): number {
    return this.#udpPort;
  }

  async start(): Promise<void> {
    const { count, base = "127.20.0.1", signal } = this.#options;
    if (!Number.isInteger(count) || count < 1 || count > nodesMax)
      throw new SporeError("SPORE_USAGE", `A fleet has 1 to ${nodesMax} nodes, not ${count}.`);
    boardAt(base, count - 1);
    signal?.throwIfAborted();
    await this.#listenForBroadcasts();
    const image = await this.#firstImage();
    await inBatches(count, (index) => this.#startNode(index, base, image));
    signal?.addEventListener("abort", () => void this.stop(), { once: true });
    if (signal?.aborted) {
      await this.stop();
      signal.throwIfAborted();
    }
    this.#log.info({ count, base, udpPort: this.#udpPort, profile: this.#options.profile ?? "spore" }, "fleet runs");
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    for (const node of this.#byAddress.values()) node.stop();
    this.#clock.close();
    this.#http.closeAllConnections();
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  async #firstImage(): Promise<FlashedImage> {
    const file = this.#options.image ?? simulatedImage({ name: "lab-sensor", version: "1.0.0" });
    // Flashed over a cable: the mode in the file's header (byte 2) is the one that the board runs in.
    const image = await this.#images.read(file, md5Of(file), file[2] ?? 0);
    if (image.boots === "never")
      throw new SporeError("SPORE_USAGE", "The image for the simulated nodes would not start on an ESP8266.");
    return image;
  }

  async #startNode(index: number, base: string, image: FlashedImage): Promise<void> {
    const { profile = "spore", physics = physicsPresets.instant, labels = {}, config = {}, seed = 1 } = this.#options;
    const random = seededRandom(seed + Math.imul(index + 1, 0x9e3779b1));
    const board = boardAt(base, index);
    const state = new NodeState({
      files: this.#files,
      board,
      profile: profiles[profile],
      physics,
      faults: drawFaults(this.#options.faults ?? [], random),
      random,
      image,
      labels,
      config: this.#udpPort === 4210 ? config : { udp_port: this.#udpPort, ...config },
    });
    const socket = await openSocket(board.address, this.#udpPort, (datagram, source) => {
      const message = this.#receive(datagram, source);
      if (message) this.#byAddress.get(board.address)?.hear(message, source);
    });
    this.#sockets.push(socket);
    const node = new SimulatedNode({
      state,
      clock: this.#clock,
      wire: this.#wireOf(socket, state, random),
      images: this.#images,
      log: this.#log,
      accept: (connection) => void this.#http.emit("connection", connection),
    });
    this.#byAddress.set(board.address, node);
    this.nodes[index] = node;
    await node.start(this.#options.speakOnly ? undefined : (this.#options.httpPort ?? 80));
  }

  #wireOf(socket: UdpSocket, state: NodeState, random: Random): NodeWire {
    const send = (text: string, address: string, port: number) => {
      if (this.#stopped || state.faults.has("mute")) return;
      const lossRatio = Math.max(state.physics.lossRatio, (state.faults.value("loss") ?? 0) / 100);
      if (lossRatio > 0 && random() < lossRatio) {
        this.traffic.lost++;
        return;
      }
      this.traffic.sent++;
      socket.send(text, port, address);
    };
    return { send, broadcast: (text) => send(text, this.broadcast, this.#udpPort) };
  }

  /** One socket hears broadcasts for all nodes: a datagram is read once, however many nodes it reaches. */
  async #listenForBroadcasts(): Promise<void> {
    const socket = await openSocket(this.broadcast, this.#udpPort, (datagram, source) => {
      const message = this.#receive(datagram, source);
      if (!message) return;
      for (const [address, node] of this.#byAddress) if (address !== source.address) node.hear(message, source);
    });
    this.#udpPort = socket.address().port;
    if (this.#options.speakOnly) {
      socket.close(); // it only found a free port
      return;
    }
    this.#sockets.push(socket);
    socket.setRecvBufferSize(broadcastBufferBytes);
  }

  #receive(datagram: Buffer, source: Source): ClusterMessage | undefined {
    this.traffic.received++;
    const isNeighbour = this.#byAddress.has(source.address);
    return isNeighbour && this.#options.count > neighboursMax ? undefined : readClusterMessage(datagram);
  }
}

/** Thousands of HTTP servers would be thousands of timers; this one serves the connections of all nodes and listens nowhere. */
function sharedServer(nodeOf: (socket: Socket) => SimulatedNode | undefined): HttpServer {
  const server = createServer((request, response) => {
    const node = nodeOf(request.socket);
    if (node) void node.serve(request, response);
    else request.socket.destroy();
  });
  server.on("upgrade", (request, socket, head) => {
    const node = nodeOf(request.socket);
    if (node) node.upgrade(request, socket, head);
    else socket.destroy();
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  server.maxRequestsPerSocket = 1;
  return server;
}

/**
 * So many at once that the event loop is busy, and so few that no queue of the machine overflows. When one fails, the others of its batch
 * are waited for: nothing may open a socket after the fleet was stopped.
 */
async function inBatches(count: number, start: (index: number) => Promise<void>): Promise<void> {
  const batch = 256;
  for (let from = 0; from < count; from += batch) {
    const starts = Array.from({ length: Math.min(batch, count - from) }, (_, offset) => start(from + offset));
    await Promise.allSettled(starts);
    await Promise.all(starts);
  }
}

function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}
