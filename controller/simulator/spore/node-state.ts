import { type Random, randomInteger } from "../../base/random.ts";
import { type Board, strangerAt } from "./board.ts";
import type { Faults } from "./faults.ts";
import type { FileShelf } from "./file-shelf.ts";
import { brokenImage, type FlashedImage } from "./flashed-image.ts";
import { Members } from "./members.ts";
import { type ConfigValues, configHash, presetConfig } from "./node-config.ts";
import type { Labels } from "./node-labels.ts";
import { copyMs, joinMs, type Physics } from "./physics.ts";
import type { Profile } from "./profiles.ts";
import { Updater } from "./updater.ts";

/** What a board is doing. Times are on the clock of whoever drives the state. */
export type Phase =
  | { readonly kind: "off" }
  /** The boot loader copies a staged image. */
  | { readonly kind: "copying"; readonly untilMs: number }
  /** The program starts. */
  | { readonly kind: "starting"; readonly untilMs: number }
  | { readonly kind: "joining"; readonly untilMs: number }
  | { readonly kind: "up"; readonly safeMode: boolean }
  /** Powered, and never seen on the network again by itself. */
  | { readonly kind: "lost"; readonly why: "image does not start" | "application crashes" | "no network" };

/** What a node is made of. */
export interface NodeParts {
  readonly board: Board;
  readonly profile: Profile;
  readonly physics: Physics;
  readonly faults: Faults;
  readonly random: Random;
  readonly image: FlashedImage;
  /** Of the fleet that the node belongs to. */
  readonly files?: FileShelf;
  /** Compiled into the application. */
  readonly labels: Labels;
  /** Stands in its configuration file. */
  readonly config: ConfigValues;
}

/** Flash of an ESP-01. */
export const flashBytes = 1024 * 1024;

/**
 * One node as a state machine: flash, files, labels, boots. It knows neither sockets nor clocks: every call that depends
 * on time is told it, and `nextChangeMs` says when `advance` has something to do.
 */
export class NodeState {
  readonly profile: Profile;
  readonly physics: Physics;
  readonly faults: Faults;
  readonly random: Random;
  readonly updater: Updater;
  readonly members = new Members();
  /** Switched off, and intervals changed, until the next start. */
  readonly disabledTasks = new Set<string>();
  readonly taskIntervals = new Map<string, number>();

  /** The configuration of a node that nobody configured. */
  readonly presets: ConfigValues;

  readonly #board: Board;
  readonly #staticLabels: Labels;
  #phase: Phase = { kind: "off" };
  #image: FlashedImage;
  /** What the node says that it runs; differs from `#image` where it lies. */
  #claimedImage: FlashedImage;
  /** Written by the updater, held in RTC memory: survives a reset, not a power cut. */
  #bootCommand: FlashedImage | undefined;
  #quickBoots = 0;
  #bootId = 0;
  #bootedAtMs = 0;
  #resetReason = "Power On";
  /** Files. */
  #labels: Labels = {};
  #config: ConfigValues;
  #configHash: string | undefined;
  #highestFence = -1;
  #fencedMd5: string | undefined;

  constructor(parts: NodeParts) {
    this.#board = parts.board;
    this.profile = parts.profile;
    this.physics = parts.physics;
    this.faults = parts.faults;
    this.random = parts.random;
    this.#image = parts.image;
    this.#claimedImage = parts.image;
    this.#staticLabels = parts.labels;
    this.presets = presetsOf(parts.profile, parts.physics);
    this.#config = { ...this.presets, ...parts.config };
    this.updater = new Updater({ flashBytes, fsStart: parts.profile.fsStart }, () => this.#image, parts.files);
  }

  /** Who answers at this address. */
  get board(): Board {
    return this.faults.has("foreign-identity") ? strangerAt(this.#board) : this.#board;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isUp(): boolean {
    return this.#phase.kind === "up";
  }

  get inSafeMode(): boolean {
    return this.#phase.kind === "up" && this.#phase.safeMode;
  }

  /** What the node says about its program. */
  get image(): FlashedImage {
    return this.#claimedImage;
  }

  get flashed(): FlashedImage {
    return this.#image;
  }

  /** Changes at every start. */
  get bootId(): number {
    return this.#bootId;
  }

  get resetReason(): string {
    return this.#resetReason;
  }

  get config(): ConfigValues {
    return this.#config;
  }

  get configHash(): string {
    this.#configHash ??= configHash(this.#config);
    return this.#configHash;
  }

  get token(): string {
    return String(this.#config.ota_token ?? "");
  }

  /** What a person or a controller gave it. */
  get ownLabels(): Labels {
    return this.#labels;
  }

  /** Its own laid over those of its application. */
  get labels(): Labels {
    const app = this.#claimedImage.name;
    return { ...(app !== undefined && { app }), ...this.#staticLabels, ...this.#labels };
  }

  /** `ok`, `ota`, `low` or `safe`. */
  get reportedState(): string {
    if (this.updater.isRunning) return "ota";
    if (this.inSafeMode) return "safe";
    return this.faults.has("low-memory") ? "low" : "ok";
  }

  uptimeMs(nowMs: number): number {
    return Math.floor(nowMs - this.#bootedAtMs);
  }

  /** A number from the configuration. */
  setting(key: string): number {
    return this.taskIntervals.get(key) ?? Number(this.#config[key] ?? 0);
  }

  setLabels(labels: Labels): void {
    if (!this.faults.has("forgets-writes")) this.#labels = labels;
  }

  setConfig(values: ConfigValues): void {
    if (this.faults.has("forgets-writes")) return;
    this.#config = { ...this.#config, ...values };
    this.#configHash = undefined;
  }

  /** Whether an upload under `fence` is out of date: a later one came before, or the same one with other bytes. */
  isStale(fence: number, md5: string | undefined): boolean {
    if (fence !== this.#highestFence) return fence < this.#highestFence;
    return md5 !== this.#fencedMd5;
  }

  /** Persists the fence of an upload that begins. */
  keepFence(fence: number, md5: string | undefined): void {
    this.#highestFence = fence;
    this.#fencedMd5 = md5;
  }

  /** Leaves a command for the boot loader; the next restart carries it out. */
  stage(image: FlashedImage): void {
    this.#bootCommand = this.faults.has("crash-loop") ? { ...image, boots: "crashes" } : image;
  }

  /** Writes the flash over a cable, past updater and boot loader; the running program does not notice. */
  flashOverCable(image: FlashedImage): void {
    this.#image = image;
    this.#claimedImage = image;
  }

  /** When `advance` has something to do; undefined where only a call changes the state. */
  get nextChangeMs(): number | undefined {
    return "untilMs" in this.#phase ? this.#phase.untilMs : undefined;
  }

  /** Takes every step that is due at `nowMs`. */
  advance(nowMs: number): void {
    for (let dueMs = this.nextChangeMs; dueMs !== undefined && dueMs <= nowMs; dueMs = this.nextChangeMs)
      this.#step(dueMs);
  }

  powerOn(nowMs: number): void {
    if (this.#phase.kind === "off") this.#reset(nowMs, "Power On");
  }

  /** Takes the supply away, whatever the board is doing. */
  powerCut(): void {
    if (this.#phase.kind === "copying" && this.#bootCommand) this.#breakImage(this.#bootCommand);
    this.#bootCommand = undefined;
    this.#quickBoots = 0;
    this.#leaveNetwork();
    this.#phase = { kind: "off" };
  }

  /** A restart that somebody asked for; the boot loader looks for a staged image. */
  restart(nowMs: number): void {
    if (this.#phase.kind === "off") return;
    this.#quickBoots = 0;
    this.#reset(nowMs, "Software/System restart");
  }

  /** As if it had been running for a while when the world began. */
  settle(nowMs: number): void {
    this.#boot(nowMs - randomInteger(this.random, 60_000, 3_600_000));
    this.#quickBoots = 0;
    this.#phase = { kind: "up", safeMode: false };
  }

  #reset(nowMs: number, reason: string): void {
    this.#leaveNetwork();
    this.#resetReason = reason;
    const copying = this.#bootCommand ? copyMs(this.physics, this.#bootCommand.sizeBytes) : 0;
    const lasts = this.faults.has("power-cut-copy") ? copying / 2 : copying;
    this.#phase = { kind: "copying", untilMs: nowMs + lasts };
  }

  #leaveNetwork(): void {
    this.updater.abort();
    this.members.clear();
    this.disabledTasks.clear();
    this.taskIntervals.clear();
  }

  #step(nowMs: number): void {
    switch (this.#phase.kind) {
      case "copying":
        this.#endCopy(nowMs);
        return;
      case "starting":
        this.#endStart(nowMs);
        return;
      case "joining":
        this.#phase = this.faults.has("no-wifi")
          ? { kind: "lost", why: "no network" }
          : { kind: "up", safeMode: this.#isSafeBoot() };
        return;
      case "off":
      case "up":
      case "lost":
        return; // nothing of these ends by itself
    }
  }

  #endCopy(nowMs: number): void {
    const image = this.#bootCommand;
    if (image && this.faults.take("power-cut-copy")) {
      this.powerCut();
      return;
    }
    this.#bootCommand = undefined;
    if (image) {
      this.#image = image;
      if (!this.faults.has("lying-version")) this.#claimedImage = image;
    }
    this.#boot(nowMs);
  }

  #boot(nowMs: number): void {
    this.#bootId = randomInteger(this.random, 1, 0x7fffffff);
    this.#bootedAtMs = nowMs;
    this.#quickBoots++;
    const crash = this.#image.boots === "crashes" && !this.#isSafeBoot() ? this.physics.crashAfterMs : 0;
    this.#phase = { kind: "starting", untilMs: nowMs + this.physics.bootMs + crash };
  }

  #endStart(nowMs: number): void {
    if (this.#image.boots === "never") {
      this.#phase = { kind: "lost", why: "image does not start" };
    } else if (this.#image.boots === "crashes" && !this.#isSafeBoot()) {
      // Without a safe mode it goes on for ever, and nobody on the network sees the difference.
      if (this.profile.ours) this.#reset(nowMs, "Exception");
      else this.#phase = { kind: "lost", why: "application crashes" };
    } else {
      this.#phase = { kind: "joining", untilMs: nowMs + joinMs(this.physics, this.random) };
    }
  }

  #isSafeBoot(): boolean {
    return this.profile.ours && this.#quickBoots >= safeModeAtBoots;
  }

  #breakImage(half: FlashedImage): void {
    this.#image = brokenImage(half.sizeBytes);
    this.#claimedImage = this.#image;
  }
}

/** Starts in a row that led to no stable run, and after which only what is needed for an update comes up. */
const safeModeAtBoots = 4;

function presetsOf(profile: Profile, physics: Physics): ConfigValues {
  return {
    ...presetConfig,
    restart_delay_ms: physics.restartDelayMs,
    heartbeat_interval_ms: profile.heartbeatMs ?? 0,
    node_update_broadcast_interval_ms: profile.updateMs ?? 0,
  };
}
