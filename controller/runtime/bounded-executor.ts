import { type Key, keyText } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { abortOf, Deadline } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";
import type { Source } from "./enqueue.ts";
import type { ActionEnd, ActionStatus, Executor, StartOptions } from "./executor.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Runnable } from "./manager.ts";

/** Actions that wait for a place, and ends that wait to be collected. */
const waitingMax = 20_000;
const endedMax = 20_000;

interface Options {
  readonly name: string;
  /** How many actions run at a time. */
  readonly parallel: number;
  readonly clock: Clock;
}

interface Action<R> {
  readonly id: string;
  readonly key: Key;
  readonly options: StartOptions;
  readonly run: (signal: AbortSignal) => Promise<R>;
  /** Set while it runs. */
  deadline: Deadline | undefined;
  status: ActionStatus<R>;
}

/**
 * The executor in this process. It runs beside the controllers: when they stop, or this process no longer leads, all actions are aborted and
 * forgotten, and reconcilers begin anew with what they observe.
 */
export class BoundedExecutor<R> implements Executor<R>, Runnable {
  readonly name: string;
  readonly #parallel: number;
  readonly #clock: Clock;
  readonly #actions = new Map<string, Action<R>>();
  readonly #queue = new FairQueue<Action<R>>();
  readonly #running = new Set<Promise<void>>();
  /** In the order in which they ended. */
  readonly #ended = new Set<string>();
  readonly #listeners = new Set<(key: Key) => void>();
  #term: AbortSignal | undefined;

  constructor(options: Options) {
    this.name = options.name;
    this.#parallel = options.parallel;
    this.#clock = options.clock;
  }

  readonly ended: Source = (wake) => {
    const listener = (key: Key) => wake(key);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Figures for `/metrics`. */
  get figures(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#queue.size, running: this.#running.size };
  }

  start(key: Key, options: StartOptions, run: (signal: AbortSignal) => Promise<R>): void {
    const id = keyText(key);
    if (this.#term?.aborted === true) throw new SporeError("SPORE_UNAVAILABLE", `${this.name} stops, ${id} must wait`);
    if (this.#actions.has(id)) throw new SporeError("SPORE_CONFLICT", `${this.name} has an action for ${id} already`);
    if (this.#queue.size >= waitingMax) {
      throw new SporeError("SPORE_TOO_MANY_REQUESTS", `${waitingMax} actions wait in ${this.name} already`);
    }
    const action: Action<R> = { id, key, options, run, deadline: undefined, status: { kind: "waiting" } };
    this.#actions.set(id, action);
    this.#queue.push(options.lane, action);
    this.#pump();
  }

  status(key: Key): ActionStatus<R> | undefined {
    return this.#actions.get(keyText(key))?.status;
  }

  abort(key: Key, reason: unknown): void {
    const action = this.#actions.get(keyText(key));
    if (!action) return;
    if (this.#queue.remove(action.options.lane, action)) this.#end(action, { kind: "failed", error: reason });
    else if (action.status.kind === "running") {
      action.status = { kind: "aborting" };
      action.deadline?.abort(reason);
    }
  }

  collect(key: Key): ActionEnd<R> | undefined {
    const id = keyText(key);
    const status = this.#actions.get(id)?.status;
    if (status?.kind !== "ended" && status?.kind !== "failed") return undefined;
    this.#forget(id);
    return status;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#term = signal;
    this.#pump();
    await abortOf(signal);
    for (let action = this.#queue.shift(); action; action = this.#queue.shift()) this.#forget(action.id);
    await Promise.all(this.#running);
    this.#actions.clear();
    this.#ended.clear();
  }

  #pump(): void {
    while (this.#term && !this.#term.aborted && this.#running.size < this.#parallel) {
      const action = this.#queue.shift();
      if (!action) return;
      const running = this.#carryOut(action, this.#term);
      this.#running.add(running);
      void running.finally(() => {
        this.#running.delete(running);
        this.#pump();
      });
    }
  }

  async #carryOut(action: Action<R>, term: AbortSignal): Promise<void> {
    using deadline = new Deadline(this.#clock, term, action.options.timeoutMs, `${this.name} for ${action.id}`);
    action.deadline = deadline;
    action.status = { kind: "running" };
    try {
      this.#end(action, { kind: "ended", result: await action.run(deadline.signal) });
    } catch (error) {
      this.#end(action, { kind: "failed", error });
    }
  }

  #end(action: Action<R>, end: ActionEnd<R>): void {
    action.deadline = undefined;
    action.status = end;
    this.#ended.add(action.id);
    const [oldest] = this.#ended;
    if (oldest !== undefined && this.#ended.size > endedMax) this.#forget(oldest);
    for (const listener of this.#listeners) listener(action.key);
  }

  #forget(id: string): void {
    this.#actions.delete(id);
    this.#ended.delete(id);
  }
}
