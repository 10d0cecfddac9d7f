/** Counts what the server does, and writes it in the text format of Prometheus. */
export class RequestMetrics {
  readonly #requests = new Map<string, number>();
  readonly #seconds = new Map<string, number>();
  #watches = 0;

  /** @param resource a name from a list of the server's own, never one that a client made up. */
  count(verb: string, resource: string, status: number, seconds: number): void {
    const labels = `verb="${verb}",resource="${resource}"`;
    add(this.#requests, `${labels},code="${status}"`, 1);
    add(this.#seconds, labels, seconds);
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
    return [
      ...family("spore_apiserver_requests_total", "counter", "Requests answered.", this.#requests),
      ...family("spore_apiserver_request_seconds_total", "counter", "Time until the answer began.", this.#seconds),
      ...family("spore_apiserver_watches", "gauge", "Watches that are open.", new Map([["", this.#watches]])),
      ...family("spore_store_revision", "gauge", "Revision of the last write.", new Map([["", storeRevision]])),
      "",
    ].join("\n");
  }
}

function add(counters: Map<string, number>, labels: string, amount: number): void {
  counters.set(labels, (counters.get(labels) ?? 0) + amount);
}

function family(name: string, type: string, help: string, values: ReadonlyMap<string, number>): readonly string[] {
  const lines = [...values].map(([labels, value]) => `${name}${labels === "" ? "" : `{${labels}}`} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}
