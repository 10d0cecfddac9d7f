import { Event } from "../api/core-kinds.ts";
import type { Resource } from "../api/meta.ts";
import { type Backoff, backoffDelayMs } from "../base/backoff.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { errorCodes, isSporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LruMap } from "../base/lru-map.ts";
import { type Random, randomInteger } from "../base/random.ts";
import { timestamp } from "../base/timestamp.ts";
import { isWorthTelling } from "../base/worth-telling.ts";
import type { Client } from "../client/client.ts";
import { EventCorrelator, type Tally } from "./event-correlator.ts";
import type { Runnable } from "./manager.ts";
import type { Occurrence, Recorder } from "./recorder.ts";

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  /** The program that speaks: `spored`. */
  readonly component: string;
  /** Which process of it, such as the host's name. */
  readonly instance: string;
}

/** Events that wait to be written; beyond that the newest are dropped, and the log says how many. */
const waitingMax = 1000;
const triesMax = 5;
const backoff: Backoff = { baseMs: 200, maxMs: 5000 };
/** What is still to be written when the program stops gets this long. */
const flushTimeoutMs = 2000;
/** Events whose name in the API is remembered. */
const namesMax = 4096;
/** Leaves room for the number behind it; 253 is the limit of a name. */
const objectNameMaxCharacters = 230;

/** Writes Events of `core/v1`, one after the other, and never in the way of who reports them. */
export class EventRecorder implements Recorder, Runnable {
  readonly name = "events";
  readonly outlivesControllers = true;
  readonly #options: Options;
  readonly #correlator: EventCorrelator;
  readonly #waiting = new Set<Tally>();
  readonly #names = new LruMap<string, { text: string; isWritten: boolean }>(namesMax);
  #onWork = () => {};
  #dropped = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock);
  }

  record(object: Resource, occurrence: Occurrence): void {
    const tally = this.#correlator.correlate(object, occurrence);
    if (!tally) return;
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(tally)) {
      this.#dropped += 1;
      const { log } = this.#options;
      if (isWorthTelling(this.#dropped)) log.warn({ dropped: this.#dropped }, "too many events wait, dropping some");
      return;
    }
    this.#waiting.add(tally);
    this.#onWork();
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#writeAll(signal);
        await untilAborted(this.#work(), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    using flushing = new Deadline(this.#options.clock, new AbortController().signal, flushTimeoutMs, "writing events");
    await this.#writeAll(flushing.signal).catch(() => {}); // time is up; what is left is lost with the process
  }

  async #work(): Promise<void> {
    if (this.#waiting.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#onWork = resolve;
    });
  }

  async #writeAll(signal: AbortSignal): Promise<void> {
    for (const tally of this.#waiting) {
      await this.#write(tally, signal);
      if (signal.aborted) throw signal.reason;
    }
  }

  /** Gives up after some tries: an Event is not worth holding up the others. */
  async #write(tally: Tally, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#options;
    for (let tries = 1; !signal.aborted; tries++) {
      this.#waiting.delete(tally); // before the request: one more while it is under way must be written again
      try {
        return await this.#put(tally, signal);
      } catch (error) {
        this.#waiting.add(tally);
        if (signal.aborted) return;
        const canRetry = !isSporeError(error) || errorCodes[error.code].retry;
        if (canRetry && tries < triesMax)
          await sleep(clock, backoffDelayMs(backoff, tries, random), signal).catch(() => {});
        else {
          this.#waiting.delete(tally);
          return log.warn({ err: error, reason: tally.occurrence.reason }, "event not written");
        }
      }
    }
  }

  async #put(tally: Tally, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const namespace = tally.regarding.namespace ?? "default";
    const name = this.#names.getOrMake(tally.id, () => ({
      text: this.#newName(tally.regarding.name),
      isWritten: false,
    }));
    if (name.isWritten) {
      const body = { count: tally.count, lastTimestamp: timestamp(tally.lastMs), message: tally.occurrence.message };
      try {
        await client.patch(Event, { namespace, name: name.text }, { type: "merge", body }, { signal });
        return;
      } catch (error) {
        if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
        name.text = this.#newName(tally.regarding.name); // the old one has expired
      }
    }
    try {
      await client.create(Event, { metadata: { namespace, name: name.text }, ...this.#contentOf(tally) }, { signal });
    } catch (error) {
      if (!isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error; // an earlier try did arrive
    }
    name.isWritten = true;
  }

  #contentOf({
    regarding,
    occurrence,
    count,
    firstMs,
    lastMs,
  }: Tally): Omit<Event, "apiVersion" | "kind" | "metadata"> {
    const { component, instance } = this.#options;
    return {
      involvedObject: regarding,
      type: occurrence.type,
      reason: occurrence.reason,
      message: occurrence.message,
      action: occurrence.action ?? occurrence.reason,
      count,
      firstTimestamp: timestamp(firstMs),
      lastTimestamp: timestamp(lastMs),
      source: { component, host: instance },
      reportingComponent: component,
      reportingInstance: instance,
    };
  }

  #newName(about: string): string {
    const number = randomInteger(this.#options.random, 0, 2 ** 48 - 1);
    return `${about.slice(0, objectNameMaxCharacters)}.${number.toString(16).padStart(12, "0")}`;
  }
}
