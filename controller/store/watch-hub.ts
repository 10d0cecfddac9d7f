import { SporeError } from "../base/errors.ts";
import { Fifo } from "../base/fifo.ts";
import { storeWatchQueueMaxBytes, storeWatchQueueMaxEvents } from "../base/limits.ts";
import type { ChangeEvent } from "./store.ts";

/** Everything that one commit changed under the prefix asked for; never empty. */
export type CommitEvents = readonly ChangeEvent[];

/** The past, as a watch that begins there reads it. */
export interface ChangeLog {
  /** The newest revision; whatever comes after it will be published. */
  head(): number;
  /**
   * What changed under `prefix` after revision `after` and up to `through`, oldest first: as much as one turn of the event loop should read.
   *
   * @throws SporeError `SPORE_EXPIRED` when changes after `after` were compacted away.
   */
  read(prefix: string, after: number, through: number): LogPart;
}

export interface LogPart {
  readonly commits: readonly CommitEvents[];
  /** How far it reaches; always behind `after`. */
  readonly reached: number;
}

/**
 * Brings commits to watches: first what the log holds, then what is published.
 *
 * Commits travel whole. A watch that falls behind, or whose store closes, ends between two commits, never inside one: else a consumer
 * that resumes after the last revision it saw would miss the rest of that commit.
 */
export class WatchHub {
  readonly #log: ChangeLog;
  readonly #live = new Set<LiveQueue>();
  #closed = false;

  constructor(log: ChangeLog) {
    this.#log = log;
  }

  /** Hands one commit to the watches. To be called in order of revision, and in the same turn in which `head()` moves to it. */
  publish(events: CommitEvents): void {
    for (const queue of this.#live) queue.add(events);
  }

  /** See `Store.watch`. */
  async *watch(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<ChangeEvent, void, undefined> {
    if (signal.aborted || this.#closed) return;
    // From here to the first await nothing can be published, so the log and the queue meet without gap or overlap.
    const through = this.#log.head();
    const queue = new LiveQueue(prefix, after);
    const onAbort = () => queue.end();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#live.add(queue);
    try {
      for (let read = after; read < through; ) {
        const { commits, reached } = this.#log.read(prefix, read, through);
        for (const commit of commits) {
          for (const event of commit) {
            if (signal.aborted) return;
            yield event;
          }
          if (queue.isOver) break;
        }
        if (queue.isOver) break;
        read = reached;
      }
      for (let commit = await queue.next(); commit !== undefined; commit = await queue.next()) {
        for (const event of commit) {
          if (signal.aborted) return;
          yield event;
        }
      }
    } finally {
      this.#live.delete(queue);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends every watch, and those that begin later at once. */
  close(): void {
    this.#closed = true;
    for (const queue of this.#live) queue.end();
  }
}

/** What was published and one watch has not taken yet. */
class LiveQueue {
  readonly #prefix: string;
  readonly #after: number;
  #commits = new Fifo<CommitEvents>();
  #waitingEvents = 0;
  #waitingBytes = 0;
  #over: "no" | "ended" | "too slow" = "no";
  #wake: (() => void) | undefined;

  constructor(prefix: string, after: number) {
    this.#prefix = prefix;
    this.#after = after;
  }

  get isOver(): boolean {
    return this.#over !== "no";
  }

  add(commit: CommitEvents): void {
    if (this.isOver || (commit[0]?.revision ?? 0) <= this.#after) return;
    const events = under(this.#prefix, commit);
    if (events.length === 0) return;
    this.#waitingEvents += events.length;
    this.#waitingBytes += bytesOf(events);
    if (this.#waitingEvents > storeWatchQueueMaxEvents || this.#waitingBytes > storeWatchQueueMaxBytes) {
      this.#finish("too slow");
    } else {
      this.#commits.push(events);
      this.#wake?.();
    }
  }

  end(): void {
    if (!this.isOver) this.#finish("ended");
  }

  /**
   * The next commit; undefined at the end.
   *
   * @throws SporeError `SPORE_EXPIRED` when the watch fell behind.
   */
  async next(): Promise<CommitEvents | undefined> {
    while (!this.isOver && this.#commits.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#over === "too slow") throw tooSlow();
    const commit = this.#commits.shift();
    if (commit === undefined) return undefined;
    this.#waitingEvents -= commit.length;
    this.#waitingBytes -= bytesOf(commit);
    return commit;
  }

  #finish(how: "ended" | "too slow"): void {
    this.#over = how;
    this.#commits = new Fifo();
    this.#wake?.();
  }
}

/** What the values take; the previous ones were values of other events. */
function bytesOf(commit: CommitEvents): number {
  return commit.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0);
}

/** The part of a commit that is under `prefix`. */
export function under(prefix: string, commit: CommitEvents): CommitEvents {
  if (commit.length === 1) return commit[0]?.key.startsWith(prefix) ? commit : [];
  return commit.filter(({ key }) => key.startsWith(prefix));
}

function tooSlow(): SporeError {
  return new SporeError(
    "SPORE_EXPIRED",
    `This watch fell more than ${storeWatchQueueMaxEvents} events or ${storeWatchQueueMaxBytes} bytes behind and was ended.`,
    { hint: "Watch again from the last revision seen." },
  );
}
