import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../../base/clock.ts";
import type { JsonValue } from "../../base/json.ts";
import type { Logger } from "../../base/log.ts";
import type { Board } from "./board.ts";
import { type ClusterMessage, clusterEvent } from "./cluster-messages.ts";
import { EventSocket } from "./event-socket.ts";
import type { FaultName } from "./faults.ts";
import type { ImageReader } from "./flashed-image.ts";
import { NodeApi } from "./node-api.ts";
import type { ConfigValues } from "./node-config.ts";
import { NodeListener } from "./node-listener.ts";
import type { NodeState } from "./node-state.ts";
import { NodeVoice } from "./node-voice.ts";
import type { NodeWire, Source } from "./node-wire.ts";
import { UploadLog, type UploadRecord } from "./upload-log.ts";

interface NodeParts {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly wire: NodeWire;
  readonly images: ImageReader;
  readonly log: Logger;
  /** Gives a connection to the HTTP server that the fleet shares. */
  readonly accept: (socket: Socket) => void;
}

/** What a node's HTTP port is unless it says otherwise. */
const presetHttpPort = 80;

/** A simulated node: a state machine with a place on the network, and a hand on its power switch. */
export class SimulatedNode {
  readonly state: NodeState;
  readonly #clock: Clock;
  readonly #wire: NodeWire;
  readonly #images: ImageReader;
  readonly #log: Logger;
  readonly #listener: NodeListener;
  readonly #voice: NodeVoice;
  readonly #uploads = new UploadLog();
  readonly #eventSocket: EventSocket;
  readonly #listeners = new Set<(event: string, payload: string) => void>();
  #httpPort = presetHttpPort;
  #servesHttp = false;
  #stopped = false;
  /** The time on the network since the last start; undefined while it is not there. */
  #presence: { readonly bootId: number; readonly api: NodeApi; readonly life: AbortController } | undefined;
  #change: Timer | undefined;
  #opening: Promise<void> = Promise.resolve();

  constructor({ state, clock, wire, images, log, accept }: NodeParts) {
    this.state = state;
    this.#clock = clock;
    this.#wire = wire;
    this.#images = images;
    this.#log = log;
    this.#listener = new NodeListener(state.board.address, accept);
    const fire = (event: string, payload: string) => this.#fire(event, payload);
    this.#voice = new NodeVoice({ state, clock, wire, fire });
    this.#eventSocket = new EventSocket({ fire, broadcastEvent: (event, data) => this.#broadcastEvent(event, data) });
  }

  /** As `state.board`; changes with the fault `foreign-identity`. */
  get board(): Board {
    return this.state.board;
  }

  /** Whether it is on the network, and answers. */
  get isReachable(): boolean {
    return this.#presence !== undefined;
  }

  get httpPort(): number {
    return this.#httpPort;
  }

  /** Every upload that reached the node, oldest first. */
  get uploads(): readonly UploadRecord[] {
    return this.#uploads.records;
  }

  /**
   * Puts a running node on the network.
   *
   * @param httpPort undefined: none is opened, and nobody can ask the node anything.
   * @throws SporeError when its port cannot be opened.
   */
  async start(httpPort: number | undefined): Promise<void> {
    this.state.settle(this.#clock.monotonic());
    if (httpPort !== undefined) this.#httpPort = await this.#listener.open(httpPort);
    this.#servesHttp = httpPort !== undefined;
    this.#enter(true);
  }

  /** Takes the node off the network for good. */
  stop(): void {
    this.#stopped = true;
    this.#change?.cancel();
    this.#leave(false);
  }

  /** As if the plug were pulled: connections are reset, RTC memory is lost, a copy under way leaves half an image. */
  powerCut(): void {
    this.state.powerCut();
    this.#follow(true);
  }

  powerOn(): void {
    this.state.powerOn(this.#clock.monotonic());
    this.#follow(false);
  }

  /** @param value what the fault's number means is in `faultTable`. */
  setFault(name: FaultName, value?: number): void {
    this.state.faults.set(name, value);
  }

  clearFault(name: FaultName): void {
    this.state.faults.clear(name);
  }

  /** Flashes `image` over a cable and restarts the board, as a person with a serial adapter would. */
  async flashOutOfBand(image: Uint8Array): Promise<void> {
    const md5 = createHash("md5").update(image).digest("hex");
    const flashed = await this.#images.read(image, md5, image[2] ?? 0);
    this.powerCut();
    this.state.flashOverCable(flashed);
    this.powerOn();
  }

  /** Sets a label behind the controller's back; null removes it. */
  setLabel(key: string, value: string | null): void {
    const { [key]: _old, ...others } = this.state.ownLabels;
    this.state.setLabels(value === null ? others : { ...others, [key]: value });
    this.#voice.announce();
  }

  /** Sets configuration behind the controller's back. */
  setConfig(values: ConfigValues): void {
    this.state.setConfig(values);
    this.#voice.announce();
  }

  /** Serves a request that came in at its address. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#presence) await this.#presence.api.serve(request, response);
    else request.socket.destroy();
  }

  /** Takes a WebSocket handshake that came in at its address. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const serves = this.#presence && !this.state.inSafeMode && this.state.profile.endpoints.includes("GET /ws");
    if (serves && request.url === "/ws" && this.#eventSocket.accept(request, socket, head)) return;
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }

  /** Takes a datagram that reached it. */
  hear(message: ClusterMessage, source: Source): void {
    if (this.#presence) this.#voice.hear(message, source);
  }

  /** Calls `listener` for each event on the node's bus, until the function that is returned is called. */
  onEvent(listener: (event: string, payload: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #fire(event: string, payload: string): void {
    for (const listener of this.#listeners) listener(event, payload);
    this.#eventSocket.mirror(event, payload);
  }

  #broadcastEvent(event: string, data: JsonValue): boolean {
    const datagram = clusterEvent(this.state, event, data);
    if (datagram !== undefined) this.#wire.broadcast(datagram);
    return datagram !== undefined;
  }

  /** Brings the node's place on the network in line with its state. */
  #follow(powerCut: boolean): void {
    this.#change?.cancel();
    this.#change = undefined;
    this.state.advance(this.#clock.monotonic());
    const { isUp, bootId, nextChangeMs } = this.state;
    if (this.#presence && (!isUp || this.#presence.bootId !== bootId)) this.#leave(powerCut);
    if (isUp && !this.#presence) this.#rejoin(bootId);
    if (nextChangeMs !== undefined)
      this.#change = this.#clock.after(nextChangeMs - this.#clock.monotonic(), () => this.#follow(false));
  }

  /** One opening after the other: a node that restarts twice at once must not listen twice. */
  #rejoin(bootId: number): void {
    const isCurrent = () => !this.#stopped && this.state.isUp && this.state.bootId === bootId;
    this.#opening = this.#opening
      .then(async () => {
        if (this.#presence || !isCurrent()) return;
        if (this.#servesHttp) await this.#listener.open(this.#httpPort);
        if (isCurrent()) this.#enter(false);
        else this.#listener.close(false);
      })
      .catch((error: unknown) => {
        this.#log.error(
          { err: error, hostname: this.board.hostname },
          "a simulated node could not open its port again",
        );
      });
  }

  #enter(spread: boolean): void {
    const life = new AbortController();
    const api = new NodeApi({
      state: this.state,
      clock: this.#clock,
      images: this.#images,
      uploads: this.#uploads,
      log: this.#log,
      signal: life.signal,
      begun: () => this.#voice.followUpload(),
      powerCut: () => this.powerCut(),
      restartLater: () => this.#restartLater(life.signal),
      effects: {
        announce: () => this.#voice.announce(),
        broadcastEvent: (event, data) => this.#broadcastEvent(event, data),
        fire: (event, payload) => this.#fire(event, payload),
      },
    });
    this.#presence = { bootId: this.state.bootId, api, life };
    this.#voice.start(this.#announcedPort, spread);
    this.#fire("node/boot", String(this.state.bootId));
  }

  #leave(powerCut: boolean): void {
    this.#presence?.life.abort();
    this.#presence = undefined;
    this.#voice.stop();
    this.#eventSocket.close();
    this.#listener.close(powerCut);
  }

  #restartLater(signal: AbortSignal): void {
    this.#clock.after(this.state.setting("restart_delay_ms"), () => {
      if (signal.aborted) return;
      this.state.restart(this.#clock.monotonic());
      this.#follow(false);
    });
  }

  get #announcedPort(): number | undefined {
    return this.#httpPort === presetHttpPort ? undefined : this.#httpPort;
  }
}
