import type { WatchRhythm } from "./watch-rhythm.ts";
import type { WatchEvent } from "./watch-source.ts";

/** Waits for the next event or the next beat, whichever comes first. */
export class WatchInbox {
  readonly #events: AsyncIterator<WatchEvent>;
  readonly #rhythm: WatchRhythm;
  #arrived: IteratorResult<WatchEvent> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(events: AsyncIterable<WatchEvent>, rhythm: WatchRhythm) {
    this.#events = events[Symbol.asyncIterator]();
    this.#rhythm = rhythm;
    rhythm.onBeat = () => this.#wake();
    this.#fetch();
  }

  get isEmpty(): boolean {
    return this.#arrived === undefined && this.#failure === undefined;
  }

  /** An event, a beat of the rhythm, or undefined when there will be no more events. */
  async next(): Promise<WatchEvent | "bookmark" | "end" | undefined> {
    while (this.isEmpty && this.#rhythm.due === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#rhythm.due === "end") return "end";
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#arrived === undefined) return this.#rhythm.due;
    const { done, value } = this.#arrived;
    this.#arrived = undefined;
    if (done === true) return undefined;
    this.#fetch();
    return value;
  }

  /** Lets go of the source, which an event that nobody took would hold up for ever. */
  close(): void {
    // Not awaited: it answers when what is under way has heard of the end, which concerns nobody here any more.
    this.#events.return?.().catch(() => {});
  }

  #fetch(): void {
    this.#events.next().then(
      (result) => {
        this.#arrived = result;
        this.#wake();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#wake();
      },
    );
  }
}
