import { SporeError } from "../base/errors.ts";

/** Bounds of what waits for the disk, and of what goes to it in one flush. */
const pendingMax = 10_000;
const pendingMaxBytes = 64 * 1024 * 1024;
const groupMax = 1024;
const groupMaxBytes = 8 * 1024 * 1024;

/** Something to be written, and who waits for it. */
export interface Pending<Job> {
  readonly job: Job;
  readonly bytes: number;
  resolve(revision: number): void;
  reject(error: unknown): void;
}

/**
 * Lets many writers share one flush: while one group is on its way to the disk the next one gathers. Groups are written one after the other, jobs
 * in the order in which they came.
 */
export class GroupCommit<Job> {
  readonly #write: (group: readonly Pending<Job>[]) => Promise<void>;
  readonly #waiting: Pending<Job>[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;

  /** @param write resolves or rejects each job of the group; does not throw. */
  constructor(write: (group: readonly Pending<Job>[]) => Promise<void>) {
    this.#write = write;
  }

  /**
   * @returns what the writer resolved the job with.
   * @throws SporeError `SPORE_TOO_MANY_REQUESTS` when too much waits already; what the writer rejected the job with.
   */
  submit(job: Job, bytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= pendingMax || this.#waitingBytes + bytes > pendingMaxBytes) {
        const message = `The disk does not keep up: ${this.#waiting.length} commits wait to be written.`;
        reject(new SporeError("SPORE_TOO_MANY_REQUESTS", message, { retryAfterSeconds: 1 }));
        return;
      }
      this.#waiting.push({ job, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything submitted was written or refused. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is submitted in the same breath shares the first flush.
    await undefined;
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      await this.#write(group);
      // Several writers: whoever was just answered may have more to write, and after this turn it is here. One alone need not wait for others.
      if (group.length + this.#waiting.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = undefined;
  }

  #takeGroup(): readonly Pending<Job>[] {
    let count = 0;
    let bytes = 0;
    for (const pending of this.#waiting) {
      if (count > 0 && (count >= groupMax || bytes + pending.bytes > groupMaxBytes)) break;
      bytes += pending.bytes;
      count++;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}
