import { Lease } from "../api/core-kinds.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Client } from "../client/client.ts";
import type { Election } from "./manager.ts";

/** How long a lead lasts. Each is shorter than the one before it, or there are two leaders at times. */
export interface LeaseTimes {
  /** Others wait this long after the last renewal that they saw before they take over. Whole seconds. */
  readonly durationMs: number;
  /** Without a renewal for this long the leader stops leading; the rest of `durationMs` is for its work to end. */
  readonly renewTimeoutMs: number;
  readonly retryMs: number;
}

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly namespace: string;
  readonly name: string;
  /** Who this process is; no two processes may share it. */
  readonly identity: string;
  /** Default: `defaultTimes`. */
  readonly times?: LeaseTimes;
  /** Told when this process begins to lead, and when it no longer may. */
  readonly onTransition?: (lease: Lease, transition: "became leader" | "stopped leading") => void;
}

/** Those of Kubernetes' own controllers. */
const defaultTimes: LeaseTimes = { durationMs: 15_000, renewTimeoutMs: 10_000, retryMs: 2000 };
/** For the attempt to give the lease back; after that it runs out by itself. */
const releaseTimeoutMs = 2000;

/**
 * Leads by a Lease. Time stamps of other machines are never compared with our clock: what counts is how long a Lease has stood unchanged
 * before our own eyes. The lead can be lost while work is under way; what must not happen twice is guarded by fences, not by this.
 */
export class LeaseElection implements Election {
  readonly #options: Options;
  readonly #times: LeaseTimes;
  /** As this process wrote it last. */
  #held: Lease | undefined;
  #seenVersion: string | undefined;
  #seenMs = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
  }

  /**
   * @throws SporeError `SPORE_TIMEOUT` when the lead was lost and `work` goes on beyond the time that is left: others may lead by now, so this process
   * must end.
   */

  async lead(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    for (;;) {
      const heldMs = await this.#acquired(signal);
      if (heldMs === undefined) return;
      const { log, name, identity } = this.#options;
      log.info({ lease: name, identity }, "this process leads");
      await this.#term(heldMs, signal, work);
    }
  }

  /** Resolves once the lease is ours, with the time since when; with undefined when `signal` aborts before. */
  async #acquired(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      using attempt = new Deadline(this.#options.clock, signal, this.#times.renewTimeoutMs, "taking the lease");
      const heldMs = await this.#tryToHold(attempt.signal);
      if (heldMs !== undefined) return heldMs;
      await this.#pause(signal);
    }
    return undefined;
  }

  async #term(heldMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    using term = new Deadline(clock, signal, this.#times.renewTimeoutMs, "leading");
    term.lift();
    this.#tell("became leader");
    term.signal.addEventListener("abort", () => this.#tell("stopped leading"), { once: true });
    const over = new AbortController();
    const overdue = new AbortController();
    const renewing = this.#renew(heldMs, over.signal, (reason) => {
      term.abort(reason);
      void this.#endAfterGrace(over.signal, overdue);
    });
    try {
      await untilAborted(work(term.signal), overdue.signal);
    } finally {
      over.abort();
      await renewing;
      await this.#release();
    }
  }

  #tell(transition: "became leader" | "stopped leading"): void {
    if (this.#held) this.#options.onTransition?.(this.#held, transition);
  }

  /** Aborts `overdue` when others may lead, unless the work is over first. */
  async #endAfterGrace(over: AbortSignal, overdue: AbortController): Promise<void> {
    const { clock, name } = this.#options;
    const graceMs = this.#times.durationMs - this.#times.renewTimeoutMs;
    try {
      await sleep(clock, graceMs, over);
    } catch {
      return; // the work ended in time
    }
    const message = `the lease ${name} was lost, and what was under way did not end within ${graceMs / 1000} s`;
    overdue.abort(new SporeError("SPORE_TIMEOUT", message, { hint: "start this process again" }));
  }

  /** Renews until `over` aborts, or until it has not succeeded for too long; then says so to `lost`. */
  async #renew(sinceMs: number, over: AbortSignal, lost: (reason: SporeError) => void): Promise<void> {
    const { clock, log, name } = this.#options;
    const { renewTimeoutMs } = this.#times;
    let heldMs = sinceMs;
    while (!over.aborted) {
      await this.#pause(over);
      using attempt = new Deadline(clock, over, Math.max(heldMs + renewTimeoutMs - clock.monotonic(), 0), "renewing");
      if (over.aborted) return;
      const renewedMs = await this.#tryToHold(attempt.signal);
      if (renewedMs !== undefined) heldMs = renewedMs;
      else if (clock.monotonic() - heldMs >= renewTimeoutMs || attempt.expired) {
        log.warn({ lease: name }, "this process no longer leads");
        return lost(new SporeError("SPORE_CONFLICT", `the lease ${name} could not be renewed`));
      }
    }
  }

  /**
   * Takes or renews the lease. Whatever hinders it means: not now.
   *
   * @returns when the write was sent, undefined when the lease is not ours. Others count from when it arrived, which an answer that took its time
   * says nothing about.
   */
  async #tryToHold(signal: AbortSignal): Promise<number | undefined> {
    const { client, clock, namespace, name, identity, log } = this.#options;
    try {
      const lease = await client.get(Lease, { namespace, name }, signal);
      if (!lease) {
        const spec = this.#spec(undefined);
        const sentMs = clock.monotonic();
        this.#held = await client.create(Lease, { metadata: { namespace, name }, spec }, { signal });
        return sentMs;
      }
      this.#look(lease);
      const { holderIdentity = "", leaseDurationSeconds = this.#times.durationMs / 1000 } = lease.spec ?? {};
      const isHeld = clock.monotonic() - this.#seenMs < leaseDurationSeconds * 1000;
      if (holderIdentity !== "" && holderIdentity !== identity && isHeld) return undefined;
      const sentMs = clock.monotonic();
      this.#held = await client.update(Lease, { ...lease, spec: this.#spec(lease) }, { signal });
      return sentMs;
    } catch (error) {
      if (!signal.aborted && !isSporeError(error, "SPORE_CONFLICT"))
        log.debug({ err: error, lease: name }, "lease not held");
      return undefined;
    }
  }

  #look({ metadata }: Lease): void {
    if (metadata.resourceVersion === this.#seenVersion) return;
    this.#seenVersion = metadata.resourceVersion;
    this.#seenMs = this.#options.clock.monotonic();
  }

  #spec(lease: Lease | undefined): NonNullable<Lease["spec"]> {
    const { identity, clock } = this.#options;
    const now = microTime(clock.now());
    const { holderIdentity, acquireTime = now, leaseTransitions = 0 } = lease?.spec ?? {};
    const isOurs = holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: this.#times.durationMs / 1000,
      acquireTime: isOurs ? acquireTime : now,
      renewTime: now,
      leaseTransitions: isOurs || !lease ? leaseTransitions : leaseTransitions + 1,
    };
  }

  /** Lets others take over at once. When it fails they wait until the lease is old. */
  async #release(): Promise<void> {
    const { client, clock, namespace, name, identity, log } = this.#options;
    using deadline = new Deadline(clock, new AbortController().signal, releaseTimeoutMs, "releasing the lease");
    try {
      const lease = await client.get(Lease, { namespace, name }, deadline.signal);
      if (lease?.spec?.holderIdentity !== identity) return;
      const spec = { ...this.#spec(lease), holderIdentity: "", leaseDurationSeconds: 1 };
      await client.update(Lease, { ...lease, spec }, { signal: deadline.signal });
    } catch (error) {
      log.debug({ err: error, lease: name }, "lease not released");
    }
  }

  /** With jitter, so that those who wait do not all ask at once. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    await sleep(clock, this.#times.retryMs * (1 + random() / 5), signal).catch(() => {}); // callers look at the signal
  }
}

/** RFC 3339 with six digits, as `metav1.MicroTime` wants it. */
function microTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace("Z", "000Z");
}
