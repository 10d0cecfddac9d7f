import { type Metric, metricsText } from "../base/metrics-text.ts";

type Labels = Readonly<Record<string, string>>;

/** Counts what the server does, and writes it in the text format of Prometheus. */
export class RequestMetrics {
  readonly #requests = new Counters();
  readonly #seconds = new Counters();
  #watches = 0;

  /** @param resource a name from a list of the server's own, never one that a client made up. */
  count(verb: string, resource: string, status: number, seconds: number): void {
    this.#requests.add({ verb, resource, code: String(status) }, 1);
    this.#seconds.add({ verb, resource }, seconds);
  }

  /** Counts a watch as open for as long as its events are read. */
  async *watching<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
    this.#watches++;
    try {
      yield* events;
    } finally {
      this.#watches--;
    }
  }

  text(storeRevision: number): string {
    return metricsText([
      {
        name: "spore_apiserver_requests_total",
        help: "Requests answered.",
        type: "counter",
        samples: this.#requests.samples,
      },
      {
        name: "spore_apiserver_request_seconds_total",
        help: "Time until the answer began.",
        type: "counter",
        samples: this.#seconds.samples,
      },
      {
        name: "spore_apiserver_watches",
        help: "Watches that are open.",
        type: "gauge",
        samples: [{ value: this.#watches }],
      },
      {
        name: "spore_store_revision",
        help: "Revision of the last write.",
        type: "gauge",
        samples: [{ value: storeRevision }],
      },
    ]);
  }
}

/** Numbers that grow, by their labels. */
class Counters {
  readonly #byLabels = new Map<string, { readonly labels: Labels; value: number }>();

  get samples(): Metric["samples"] {
    return [...this.#byLabels.values()];
  }

  add(labels: Labels, amount: number): void {
    const key = Object.values(labels).join(" ");
    const counter = this.#byLabels.get(key);
    if (counter === undefined) this.#byLabels.set(key, { labels, value: amount });
    else counter.value += amount;
  }
}
