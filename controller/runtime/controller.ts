import { setMaxListeners } from "node:events";
import type { Kind } from "../api/kind.ts";
import { type Key, keyOf, keyText, parseKey, type Resource } from "../api/meta.ts";
import type { Backoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { abortOf, Deadline } from "../base/deadline.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { isWorthTelling } from "../base/worth-telling.ts";
import type { Change, Unsubscribe } from "./cache.ts";
import type { CacheSource } from "./caches.ts";
import { type ControllerMeter, noMeter, type RunResult } from "./controller-metrics.ts";
import { DelayedQueue } from "./delayed-queue.ts";
import { enqueueChanges, type Source, type Watch, watch } from "./enqueue.ts";
import type { Reconcile, Result } from "./reconcile.ts";
import { RetryDelays } from "./retry-delays.ts";
import { type RetryVerdict, retryVerdict } from "./retry-verdict.ts";
import { WorkQueue } from "./work-queue.ts";

/** What the manager must know to run a reconciler. */
export interface ControllerSpec<T extends Resource = Resource> {
  /** Lower case with dashes; names the controller in logs, figures and events. */
  readonly name: string;
  /** The kind whose keys the reconciler gets. */
  readonly for: Kind<T>;
  readonly reconcile: Reconcile;
  /** Which changes of its own kind matter. Default: all. */
  when?(change: Change<T>): boolean;
  /** Other kinds whose changes matter. */
  readonly watches?: readonly Watch[];
  /** What else wakes it. */
  readonly sources?: readonly Source[];
  /** How many keys at a time; default 1. One key is never worked on twice at once. */
  readonly concurrency?: number;
  /** How long one run may take; default 60 s. */
  readonly runTimeoutMs?: number;
}

interface Dependencies {
  readonly caches: CacheSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  /** Told of every key and run; absent: nobody counts. */
  readonly meter?: ControllerMeter;
}

/** Figures for `/metrics`. */
export interface ControllerFigures {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly runs: number;
  readonly failures: number;
  /** How many keys at a time. */
  readonly concurrency: number;
  /** How long the runs under way have taken so far: all together, and the longest. */
  readonly unfinishedMs: number;
  readonly longestMs: number;
}

const runTimeoutMs = 60_000;
const backoff: Backoff = { baseMs: 200, maxMs: 30_000 };

/** Calls a reconciler for each key that something happened to. Serves for one `run`. */
export class Controller {
  readonly name: string;
  readonly #spec: ControllerSpec;
  readonly #dependencies: Dependencies;
  readonly #queue = new WorkQueue<string>();
  readonly #delays: DelayedQueue<string>;
  readonly #retries: RetryDelays<string>;
  /** Why a key waits, where it waits for time to pass. */
  readonly #reasons = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #meter: ControllerMeter;
  /** When a key came to wait, and when its run began. */
  readonly #waitsSinceMs = new Map<string, number>();
  readonly #runsSinceMs = new Map<string, number>();
  #signal = AbortSignal.abort(); // nothing starts before run()
  #pumping = false;
  #runs = 0;
  #failures = 0;

  constructor(spec: ControllerSpec, dependencies: Dependencies) {
    this.name = spec.name;
    this.#spec = spec;
    this.#dependencies = dependencies;
    this.#delays = new DelayedQueue(dependencies.clock, (id) => this.#wake(id));
    this.#retries = new RetryDelays(backoff, dependencies.random);
    this.#meter = dependencies.meter ?? noMeter;
  }

  get figures(): ControllerFigures {
    const nowMs = this.#dependencies.clock.monotonic();
    const underWayMs = [...this.#runsSinceMs.values()].map((sinceMs) => nowMs - sinceMs);
    return {
      waiting: this.#queue.waiting,
      active: this.#queue.active,
      delayed: this.#delays.size,
      runs: this.#runs,
      failures: this.#failures,
      concurrency: this.#spec.concurrency ?? 1,
      unfinishedMs: underWayMs.reduce((sum, ms) => sum + ms, 0),
      longestMs: underWayMs.reduce((most, ms) => Math.max(most, ms), 0),
    };
  }

  /** The keys that are worked on now. */
  get active(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** What the object waits for, and how long at the most; undefined when it sleeps until something changes. */
  waitsFor(key: Key): { readonly why: string; readonly dueInMs: number } | undefined {
    const id = keyText(key);
    const [why, dueInMs] = [this.#reasons.get(id), this.#delays.dueInMs(id)];
    return why === undefined || dueInMs === undefined ? undefined : { why, dueInMs };
  }

  /** Begins with every object there is. Resolves when `signal` has aborted and the last run is over. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    setMaxListeners(0, signal); // every run hangs its deadline on it
    const subscriptions = this.#subscribe();
    for (const object of this.#dependencies.caches.of(this.#spec.for).list()) this.#wake(keyText(keyOf(object)));
    await abortOf(signal);
    for (const unsubscribe of subscriptions) unsubscribe();
    this.#delays.clear();
    await Promise.all(this.#running.values());
  }

  #subscribe(): readonly Unsubscribe[] {
    const { caches } = this.#dependencies;
    const { for: kind, watches = [], sources = [] } = this.#spec;
    const wake = (key: Key) => this.#wake(keyText(key));
    const own = watch(kind, (object) => [keyOf(object)], this.#spec.when?.bind(this.#spec));
    return [
      ...[own, ...watches].map((watched) => enqueueChanges(caches.of(watched.kind), watched, wake)),
      ...sources.map((source) => source(wake)),
    ];
  }

  #wake(id: string): void {
    if (!this.#waitsSinceMs.has(id)) {
      this.#waitsSinceMs.set(id, this.#dependencies.clock.monotonic());
      this.#meter.added();
    }
    this.#queue.add(id);
    this.#pumpSoon();
  }

  /** Not at once: the caller may be in the middle of telling the cache what changed. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#signal.aborted && this.#running.size < (this.#spec.concurrency ?? 1)) {
      const id = this.#queue.next();
      if (id === undefined) return;
      // Whatever was planned for this key, the coming run sees the world later and answers anew.
      this.#delays.cancel(id);
      this.#reasons.delete(id);
      this.#running.set(id, this.#work(id));
    }
  }

  async #work(id: string): Promise<void> {
    this.#runs += 1;
    const startMs = this.#dependencies.clock.monotonic();
    this.#meter.taken(startMs - (this.#waitsSinceMs.get(id) ?? startMs));
    this.#waitsSinceMs.delete(id);
    this.#runsSinceMs.set(id, startMs);
    let end: RunResult = "success";
    try {
      end = this.#settle(id, await this.#reconcile(id));
    } catch (error) {
      if (!this.#signal.aborted) end = this.#fail(id, error);
    } finally {
      this.#runsSinceMs.delete(id);
      this.#meter.ended(end, this.#dependencies.clock.monotonic() - startMs);
      this.#queue.done(id);
      this.#running.delete(id);
      this.#pumpSoon();
    }
  }

  async #reconcile(id: string): Promise<Result> {
    const { clock } = this.#dependencies;
    const log = this.#dependencies.log.child({ controller: this.name, key: id });
    const timeoutMs = this.#spec.runTimeoutMs ?? runTimeoutMs;
    using deadline = new Deadline(clock, this.#signal, timeoutMs, `${this.name} for ${id}`);
    return await this.#spec.reconcile(parseKey(id), { signal: deadline.signal, log, clock });
  }

  #settle(id: string, result: Result): RunResult {
    this.#retries.succeeded(id);
    if (result.kind !== "requeueAfter") return "success";
    this.#plan(id, result.delayMs, result.why);
    return "requeue_after";
  }

  #fail(id: string, error: unknown): RunResult {
    const backoffMs = this.#retries.failed(id);
    const failures = this.#retries.failures(id);
    const verdict = retryVerdict(error, backoffMs);
    if (verdict.kind !== "conflict") this.#failures += 1;
    this.#plan(id, verdict.delayMs, error instanceof Error ? error.message : String(error));
    this.#tell(verdict, failures, { controller: this.name, key: id, err: error, failures, delayMs: verdict.delayMs });
    if (verdict.kind === "conflict") return "requeue";
    return verdict.kind === "terminal" ? "terminal" : "error";
  }

  #tell(verdict: RetryVerdict, failures: number, fields: Readonly<Record<string, unknown>>): void {
    const { log } = this.#dependencies;
    if (verdict.kind === "conflict") log.debug(fields, "object was modified meanwhile, will look again");
    else if (verdict.kind === "terminal") log.error(fields, "reconcile failed, waiting for a change");
    else if (isWorthTelling(failures)) log.warn(fields, "reconcile failed, will retry");
    else log.debug(fields, "reconcile failed, will retry");
  }

  #plan(id: string, delayMs: number, why: string): void {
    if (this.#signal.aborted) return; // a timer now would outlive run()
    this.#reasons.set(id, why);
    this.#meter.retried();
    this.#delays.add(id, delayMs);
  }
}
