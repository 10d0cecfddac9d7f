import type { Registry } from "prom-client";
import type { Key, Resource } from "../api/meta.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { abortOf } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Client } from "../client/client.ts";
import { type CacheSource, Caches } from "./caches.ts";
import { Controller, type ControllerFigures, type ControllerSpec } from "./controller.ts";
import { addControllerGauges, ControllerMetrics } from "./controller-metrics.ts";
import { notingClient } from "./noting-client.ts";

/** Something that runs beside the controllers, such as the executor or the recorder. */
export interface Runnable {
  readonly name: string;
  /** Resolves when `signal` has aborted and everything is put away. A rejection ends the manager. */
  run(signal: AbortSignal): Promise<void>;
  /** Whether it goes on until the controllers have stopped (the recorder must); else it stops together with them. */
  readonly outlivesControllers?: boolean;
}

/** Decides who may act when several processes run the same controllers. */
export interface Election {
  /**
   * Calls `work` whenever this process leads, with a signal that aborts when it no longer does; lets go of the lead when `work` is over.
   * Resolves when `signal` has aborted.
   */
  lead(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** The embedded store serves one process, which always leads; no Lease is written. */
const soleLeader: Election = { lead: (signal, work) => work(signal) };

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  /** Default: `soleLeader`. */
  readonly election?: Election;
  /** How long a shutdown may take; default 10 s. */
  readonly shutdownTimeoutMs?: number;
  /** Where the controllers are counted; absent: nowhere. */
  readonly metrics?: Registry;
}

const shutdownTimeoutMs = 10_000;
const syncReportMs = 10_000;

/**
 * Runs controllers: fills the caches they ask for, waits until all are full, lets the controllers work while this process leads, and stops
 * everything in the opposite order.
 */
export class Manager {
  /** Notes what it writes in the caches. Reconcilers use this one. */
  readonly client: Client;
  readonly #caches: Caches;
  readonly #options: Options;
  readonly #specs: ControllerSpec[] = [];
  readonly #runnables: Runnable[] = [];
  readonly #metrics: ControllerMetrics | undefined;
  #controllers: readonly Controller[] = [];
  #isLeading = false;
  /** What has not ended yet, by name. */
  readonly #running = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
    this.#caches = new Caches(options);
    this.client = notingClient(options.client, this.#caches);
    const { metrics } = options;
    if (metrics === undefined) return;
    this.#metrics = new ControllerMetrics(metrics);
    addControllerGauges(metrics, () => this.figures());
  }

  get caches(): CacheSource {
    return this.#caches;
  }

  /** The resources whose first list has not come yet. */
  get missing(): readonly string[] {
    return this.#caches.missing();
  }

  /** Whether the controllers of this process are those that act. */
  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Before `run`. */
  add<T extends Resource>(spec: ControllerSpec<T>): void {
    this.#specs.push(spec);
    this.#caches.of(spec.for);
    for (const { kind } of spec.watches ?? []) this.#caches.of(kind);
  }

  /** Before `run`. Runnables run while this process leads, and start before the controllers. */
  addRunnable(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  /** Figures of each controller that runs, by its name. */
  figures(): Readonly<Record<string, ControllerFigures>> {
    return Object.fromEntries(this.#controllers.map((controller) => [controller.name, controller.figures]));
  }

  /** What an object waits for in the named controller; undefined when it sleeps until something changes. */
  waitsFor(controllerName: string, key: Key): { readonly why: string; readonly dueInMs: number } | undefined {
    return this.#controllers.find(({ name }) => name === controllerName)?.waitsFor(key);
  }

  /**
   * Resolves when `signal` has aborted and every worker has stopped.
   *
   * @throws SporeError `SPORE_TIMEOUT` when some would not stop in time; it names them.
   * @throws what a runnable threw, after everything else was stopped.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#withinShutdown(this.#runAll(stop), stop.signal);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #runAll(stop: AbortController): Promise<void> {
    const reflecting = new AbortController();
    const reflectors = this.#track("caches", this.#caches.run(reflecting.signal));
    try {
      await (this.#options.election ?? soleLeader).lead(stop.signal, (term) => this.#lead(term, stop));
    } finally {
      reflecting.abort();
      await reflectors;
    }
  }

  async #lead(term: AbortSignal, stop: AbortController): Promise<void> {
    this.#isLeading = true;
    try {
      await this.#work(term, stop);
    } finally {
      this.#isLeading = false;
    }
  }

  /** One term of leadership. */
  async #work(term: AbortSignal, stop: AbortController): Promise<void> {
    if (!(await this.#syncedBefore(term))) return;
    const last = new AbortController();
    const failures: unknown[] = [];
    const runnables = this.#runnables.map((runnable) =>
      this.#track(runnable.name, runnable.run(runnable.outlivesControllers === true ? last.signal : term)).catch(
        (error: unknown) => {
          failures.push(error);
          stop.abort(error);
        },
      ),
    );
    this.#controllers = this.#specs.map((spec) => this.#controllerOf(spec));
    await Promise.all(this.#controllers.map((controller) => this.#track(controller.name, controller.run(term))));
    await abortOf(term); // also when there is no controller
    last.abort(term.reason);
    await Promise.all(runnables);
    if (failures.length > 0) throw failures[0];
  }

  #controllerOf(spec: ControllerSpec): Controller {
    const meter = this.#metrics?.meter(spec.name);
    return new Controller(spec, { ...this.#options, caches: this.#caches, ...(meter && { meter }) });
  }

  /** Resolves with true when all caches are full, with false when `term` ends before. */
  async #syncedBefore(term: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#options;
    const waiting = new AbortController();
    const report = async () => {
      for (;;) {
        await sleep(clock, syncReportMs, waiting.signal);
        log.warn({ resources: this.#caches.missing() }, "still waiting for the first list of these resources");
      }
    };
    const synced = this.#caches.synced(term).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([synced, report()]);
    } finally {
      waiting.abort();
    }
  }

  async #withinShutdown(work: Promise<void>, stopped: AbortSignal): Promise<void> {
    const over = new AbortController();
    const timeoutMs = this.#options.shutdownTimeoutMs ?? shutdownTimeoutMs;
    const tooLong = async () => {
      await abortOf(stopped);
      await sleep(this.#options.clock, timeoutMs, over.signal);
      throw new SporeError(
        "SPORE_TIMEOUT",
        `after ${timeoutMs / 1000} s of shutdown these still run: ${this.#stragglers()}`,
      );
    };
    try {
      await Promise.race([work, tooLong()]);
    } finally {
      over.abort();
    }
  }

  #stragglers(): string {
    const keys = (name: string) => this.#controllers.find((controller) => controller.name === name)?.active ?? [];
    return [...this.#running].map((name) => [name, ...keys(name)].join(" ")).join(", ");
  }

  async #track(name: string, running: Promise<void>): Promise<void> {
    this.#running.add(name);
    try {
      await running;
    } finally {
      this.#running.delete(name);
    }
  }
}
