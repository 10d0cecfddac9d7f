import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { resourceName } from "../api/kind.ts";
import type { InFlight } from "./in-flight.ts";
import type { KindRegistry } from "./kind-registry.ts";
import type { RequestInfo } from "./request-info.ts";
import { StaticPaths } from "./static-paths.ts";

const labelNames = ["verb", "group", "version", "resource", "subresource", "scope"] as const;
type Labels = Readonly<Record<(typeof labelNames)[number], string>>;

/** kube-apiserver's words for what authorization calls otherwise. */
const verbNames: Readonly<Record<string, string>> = { create: "POST", update: "PUT" };
/** Kinds that are counted by name; what users define beyond counts as one. */
const resourcesMax = 300;
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts what the server does, under the names that kube-apiserver gives. No label holds anything that a client made up. */
export class RequestMetrics {
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #streams: Gauge;
  readonly #resources = new Set<string>();

  constructor(registry: Registry, inFlight: InFlight) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "apiserver_request_total",
      help: "Requests answered.",
      labelNames: [...labelNames, "code"],
      registers,
    });
    this.#durations = new Histogram({
      name: "apiserver_request_duration_seconds",
      help: "Time until the answer began; of a watch, until it was open.",
      labelNames,
      buckets: durationBuckets,
      registers,
    });
    this.#streams = new Gauge({
      name: "apiserver_longrunning_requests",
      help: "Watches that are open.",
      labelNames,
      registers,
    });
    new Gauge({
      name: "apiserver_current_inflight_requests",
      help: "Requests under way, but for those of administrators and controllers, which are never refused.",
      labelNames: ["request_kind"],
      registers,
      collect() {
        const { reading, changing, leases } = inFlight.underWay;
        this.set({ request_kind: "readOnly" }, reading);
        this.set({ request_kind: "mutating" }, changing + leases);
      },
    });
  }

  /** @param info undefined when the URL made no sense. */
  answered(info: RequestInfo | undefined, kinds: KindRegistry, status: number, seconds: number): void {
    const labels = this.#labelsOf(info, kinds);
    this.#requests.inc({ ...labels, code: status });
    this.#durations.observe(labels, seconds);
  }

  /** Counts a watch as open for as long as its events are read. */
  async *watching<T>(info: RequestInfo, kinds: KindRegistry, events: AsyncIterable<T>): AsyncGenerator<T> {
    const labels = this.#labelsOf(info, kinds);
    this.#streams.inc(labels);
    try {
      yield* events;
    } finally {
      this.#streams.dec(labels);
    }
  }

  #labelsOf(info: RequestInfo | undefined, kinds: KindRegistry): Labels {
    const verb = info === undefined ? "unknown" : (verbNames[info.verb] ?? info.verb.toUpperCase());
    const none = { verb, group: "", version: "", resource: "", subresource: "", scope: "" };
    if (info === undefined) return none;
    if (info.kind === "path") return { ...none, subresource: `/${StaticPaths.nameOf(info.segments[0])}` };
    const { group, version, plural, subresource = "", name, namespace } = info;
    const collection = kinds.find(group, version, plural);
    if (collection === undefined || !this.#isCounted(resourceName(info))) return { ...none, resource: "unknown" };
    const known = subresource in collection.served.subresources ? subresource : "";
    const scope = name === undefined ? (namespace === undefined ? "cluster" : "namespace") : "resource";
    return { verb, group, version, resource: plural, subresource: known, scope };
  }

  #isCounted(resource: string): boolean {
    if (this.#resources.has(resource)) return true;
    if (this.#resources.size >= resourcesMax) return false;
    this.#resources.add(resource);
    return true;
  }
}
