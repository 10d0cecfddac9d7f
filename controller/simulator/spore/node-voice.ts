import type { Clock, Timer } from "../../base/clock.ts";
import { type ClusterMessage, discoveryResponse, heartbeat, nodeDetails } from "./cluster-messages.ts";
import type { NodeState } from "./node-state.ts";
import type { NodeWire, Source } from "./node-wire.ts";
import { jitteredMs } from "./physics.ts";

/** Tasks of a node that send by themselves. */
type Task = "discovery_send" | "heartbeat" | "node_update" | "ota_progress";

interface VoiceParts {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly wire: NodeWire;
  /** Told of each event on the node's bus. */
  readonly fire: (event: string, payload: string) => void;
}

/** What a node says over UDP: unasked, by its own timers, and in answer. */
export class NodeVoice {
  readonly #state: NodeState;
  readonly #clock: Clock;
  readonly #wire: NodeWire;
  readonly #fire: (event: string, payload: string) => void;
  readonly #timers = new Map<Task, Timer>();
  readonly #replies: Timer[] = [];
  readonly #answeredMs = new Map<string, number>();
  readonly #secondGeneration = new Map<string, number>();
  #announcedPort: number | undefined;
  #speaking = false;

  constructor({ state, clock, wire, fire }: VoiceParts) {
    this.#state = state;
    this.#clock = clock;
    this.#wire = wire;
    this.#fire = fire;
  }

  /**
   * Begins to speak.
   *
   * @param announcedPort the HTTP port where it is not 80.
   * @param spread whether the first words come somewhere in their interval, as in a fleet that has long been running, or soon.
   */
  start(announcedPort: number | undefined, spread: boolean): void {
    this.#announcedPort = announcedPort;
    this.#speaking = true;
    const { profile } = this.#state;
    if (profile.discovery) this.#begin("discovery_send", spread, () => this.#wire.broadcast("CLUSTER_DISCOVERY"));
    if (profile.heartbeatMs) this.#begin("heartbeat", spread, () => this.#wire.broadcast(heartbeat(this.#state)));
    if (profile.updateMs) this.#begin("node_update", spread, () => this.announce());
  }

  stop(): void {
    this.#speaking = false;
    for (const timer of [...this.#timers.values(), ...this.#replies]) timer.cancel();
    this.#timers.clear();
    this.#replies.length = 0;
    this.#answeredMs.clear();
  }

  /** Broadcasts the node's details out of turn. */
  announce(): void {
    if (this.#speaking && this.#state.profile.updateMs) this.#wire.broadcast(this.#details("NODE_UPDATE"));
  }

  /** Reports the progress of an upload until it is over. */
  followUpload(): void {
    if (!this.#state.profile.ours) return;
    this.announce();
    const next = () => {
      this.#timers.set(
        "ota_progress",
        this.#clock.after(progressIntervalMs, () => {
          if (!this.#state.updater.isRunning) return;
          this.announce();
          next();
        }),
      );
    };
    this.#timers.get("ota_progress")?.cancel();
    next();
  }

  /** Takes a message that came from elsewhere. */
  hear(message: ClusterMessage, source: Source): void {
    const nowMs = this.#clock.monotonic();
    const { profile, members } = this.#state;
    switch (message.kind) {
      case "discovery":
        this.#reply("discovery", source, () => discoveryResponse(this.#state));
        return;
      case "response":
        if (message.hostname !== undefined) members.heard(message.hostname, source.address, nowMs);
        return;
      case "heartbeat":
        if (message.hostname !== undefined) members.heard(message.hostname, source.address, nowMs);
        this.#reply("heartbeat", source, () => this.#heartbeatAnswer(source));
        return;
      case "details":
        if (message.generation === 2) remember(this.#secondGeneration, source.address, nowMs);
        members.heard(message.hostname, source.address, nowMs, message.body);
        return;
      case "event":
        if (profile.events && message.body.src !== this.#state.board.hostname)
          this.#fire(String(message.body.event), textOf(message.body.data));
        return;
      case "raw":
        if (profile.events) this.#fire("udp/raw", message.hex);
        return;
      case "probe":
        if (profile.ours)
          this.#wire.send(`SPORE_PONG:${message.nonce}:${this.#state.board.hostname}`, source.address, source.port);
        return;
    }
  }

  #begin(task: Task, spread: boolean, emit: () => void): void {
    const repeat = (delayMs: number) => {
      this.#timers.set(
        task,
        this.#clock.after(delayMs, () => {
          if (this.#maySend(task)) emit();
          repeat(jitteredMs(this.#state.physics, this.#state.random, this.#intervalMs(task)));
        }),
      );
    };
    repeat(this.#state.random() * (spread ? this.#intervalMs(task) : firstWordsMs));
  }

  #maySend(task: Task): boolean {
    if (task === "node_update" && this.#state.updater.isRunning) return false;
    return !this.#state.disabledTasks.has(task);
  }

  #intervalMs(task: Task): number {
    switch (task) {
      case "heartbeat":
        return this.#state.setting("heartbeat_interval_ms");
      case "node_update":
        return this.#state.setting("node_update_broadcast_interval_ms");
      case "discovery_send": {
        const ownRule = this.#state.profile.ours && this.#state.uptimeMs(this.#clock.monotonic()) > youngMs;
        return this.#state.setting("discovery_interval_ms") * (ownRule ? 10 : 1);
      }
      case "ota_progress":
        return progressIntervalMs;
    }
  }

  #heartbeatAnswer(source: Source): string | undefined {
    const { heartbeatAnswer } = this.#state.profile;
    if (heartbeatAnswer !== "NODE_UPDATE") return heartbeatAnswer && this.#details(heartbeatAnswer);
    const heardMs = this.#secondGeneration.get(source.address);
    const isOld = heardMs !== undefined && this.#clock.monotonic() - heardMs < peerGenerationMs;
    return this.#details(isOld && this.#state.profile.ours ? "CLUSTER_NODE_INFO" : "NODE_UPDATE");
  }

  /** Our own nodes spread their answers, and answer each source once in 2 s; the upstream ones answer at once. */
  #reply(kind: string, source: Source, text: () => string | undefined): void {
    const send = () => {
      const answer = text();
      if (answer !== undefined) this.#wire.send(answer, source.address, source.port);
    };
    if (!this.#state.profile.ours) {
      send();
      return;
    }
    const key = `${kind} ${source.address}`;
    const nowMs = this.#clock.monotonic();
    const answeredMs = this.#answeredMs.get(key);
    if (answeredMs !== undefined && nowMs - answeredMs < replyPauseMs) return;
    remember(this.#answeredMs, key, nowMs);

    const timer = this.#clock.after(this.#state.random() * replyJitterMs, () => {
      this.#replies.splice(this.#replies.indexOf(timer), 1);
      send();
    });
    this.#replies.push(timer);
    if (this.#replies.length > repliesMax) this.#replies.shift()?.cancel();
  }

  #details(prefix: "CLUSTER_NODE_INFO" | "NODE_UPDATE"): string {
    return nodeDetails(this.#state, this.#clock.monotonic(), prefix, this.#announcedPort);
  }
}

const progressIntervalMs = 250;
/** After it came up, a node speaks within this time. */
const firstWordsMs = 100;
/** Until then a node asks for others every second, later every ten. */
const youngMs = 30_000;
const replyJitterMs = 150;
const replyPauseMs = 2000;
const repliesMax = 16;
/** Of the peers that a node keeps track of, the one heard longest ago is forgotten first. */
const peersMax = 64;
/** For so long a peer counts as second generation after it spoke so. */
const peerGenerationMs = 60_000;

function remember(map: Map<string, number>, key: string, nowMs: number): void {
  map.delete(key);
  map.set(key, nowMs);
  const [oldest] = map.keys();
  if (map.size > peersMax && oldest !== undefined) map.delete(oldest);
}

/** Nested data reach subscribers as text. */
function textOf(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data ?? null);
}
