import type { AnswerMeans } from "./call.ts";
import type { ListOptions } from "./list-options.ts";

/** How often a quiet watch tells its client that nothing was missed. */
const bookmarkEveryMs = 60_000;
/** A watch without a limit of its own ends after this time, or up to twice as much; as in kube-apiserver. */
const lifetimeMinMs = 1_800_000;

/** What ends a watch before its time. */
interface WatchEnds {
  /** Aborts when nobody reads any more. */
  readonly reader: AbortSignal;
  /** Aborts when there is nothing left to watch. */
  readonly gone: AbortSignal | undefined;
}

/** When bookmarks are due, and when a watch ends. */
export class WatchRhythm {
  onBeat: () => void = () => {};
  readonly #shop: AnswerMeans;
  readonly #controller = new AbortController();
  readonly #stops: (() => void)[] = [];
  #due: "bookmark" | "end" | undefined;
  #bookmark = { cancel: () => {} };

  constructor(shop: AnswerMeans, { timeoutSeconds, bookmarks }: ListOptions, { reader, gone }: WatchEnds) {
    this.#shop = shop;
    const lifetimeMs = timeoutSeconds === 0 ? lifetimeMinMs * (1 + shop.random()) : timeoutSeconds * 1000;
    const end = shop.clock.after(lifetimeMs, () => this.#beat("end"));
    this.#stops.push(() => end.cancel());
    this.#onAbort(shop.closing, () => this.#beat("end"));
    if (gone) this.#onAbort(gone, () => this.#beat("end"));
    this.#onAbort(reader, () => this.stop());
    if (bookmarks) this.bookmarkSent();
  }

  /** Aborts when nobody reads any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  get due(): "bookmark" | "end" | undefined {
    return this.#due;
  }

  /** Sets the time of the next bookmark. */
  bookmarkSent(): void {
    if (this.#due === "bookmark") this.#due = undefined;
    this.#bookmark = this.#shop.clock.after(bookmarkEveryMs, () => this.#beat("bookmark"));
  }

  stop(): void {
    this.#bookmark.cancel();
    for (const stop of this.#stops.splice(0)) stop();
    this.#controller.abort();
  }

  #beat(due: "bookmark" | "end"): void {
    if (this.#due !== "end") this.#due = due;
    this.onBeat();
  }

  #onAbort(signal: AbortSignal, act: () => void): void {
    if (signal.aborted) {
      act();
      return;
    }
    signal.addEventListener("abort", act, { once: true });
    this.#stops.push(() => signal.removeEventListener("abort", act));
  }
}
