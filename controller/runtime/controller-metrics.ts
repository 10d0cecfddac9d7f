import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ControllerFigures } from "./controller.ts";

/** How a run ended, in controller-runtime's words. */
export type RunResult = "success" | "requeue_after" | "requeue" | "error" | "terminal";

/** What one controller tells as it happens. */
export interface ControllerMeter {
  /** A key that was not waiting has to be worked on. */
  added(): void;
  /** A key that failed, or asked for it, comes up again by itself. */
  retried(): void;
  /** A worker took a key that had waited this long. */
  taken(waitedMs: number): void;
  ended(result: RunResult, tookMs: number): void;
}

/** Counts nothing. */
export const noMeter: ControllerMeter = { added() {}, retried() {}, taken() {}, ended() {} };

/** client-go's, from 10 ns to 1000 s, without the finest: JavaScript's clock does not tell them apart. */
const queueBuckets = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];
const reconcileBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The figures of all controllers of a process, under the names of client-go's work queues and of controller-runtime. */
export class ControllerMetrics {
  readonly #adds: Counter;
  readonly #retries: Counter;
  readonly #queued: Histogram;
  readonly #worked: Histogram;
  readonly #runs: Counter;
  readonly #errors: Counter;
  readonly #terminal: Counter;
  readonly #runTimes: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    const queue = ["name", "controller"];
    const counter = (name: string, help: string, labelNames: readonly string[]) =>
      new Counter({ name, help, labelNames: [...labelNames], registers });
    const histogram = (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) =>
      new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers });
    this.#adds = counter("workqueue_adds_total", "Keys that came up for work.", queue);
    this.#retries = counter("workqueue_retries_total", "Keys that come up again by themselves.", queue);
    this.#queued = histogram(
      "workqueue_queue_duration_seconds",
      "How long keys wait for a worker.",
      queue,
      queueBuckets,
    );
    this.#worked = histogram(
      "workqueue_work_duration_seconds",
      "How long workers take for a key.",
      queue,
      queueBuckets,
    );
    this.#runs = counter("controller_runtime_reconcile_total", "Reconcile runs.", ["controller", "result"]);
    this.#errors = counter("controller_runtime_reconcile_errors_total", "Runs that failed.", ["controller"]);
    const terminal = "Runs that failed for good, until something changes.";
    this.#terminal = counter("controller_runtime_terminal_reconcile_errors_total", terminal, ["controller"]);
    this.#runTimes = histogram(
      "controller_runtime_reconcile_time_seconds",
      "How long runs take.",
      ["controller"],
      reconcileBuckets,
    );
  }

  meter(controller: string): ControllerMeter {
    const queue = { name: controller, controller };
    const [adds, retries] = [this.#adds.labels(queue), this.#retries.labels(queue)];
    const [queued, worked] = [this.#queued.labels(queue), this.#worked.labels(queue)];
    const times = this.#runTimes.labels({ controller });
    return {
      added: () => adds.inc(),
      retried: () => retries.inc(),
      taken: (waitedMs) => queued.observe(waitedMs / 1000),
      ended: (result, tookMs) => {
        worked.observe(tookMs / 1000);
        times.observe(tookMs / 1000);
        this.#runs.inc({ controller, result: result === "terminal" ? "error" : result });
        if (result === "error" || result === "terminal") this.#errors.inc({ controller });
        if (result === "terminal") this.#terminal.inc({ controller });
      },
    };
  }
}

/** What is read off the controllers when somebody asks. */
export function addControllerGauges(
  registry: Registry,
  figures: () => Readonly<Record<string, ControllerFigures>>,
): void {
  const gauge = (
    name: string,
    help: string,
    labelsOf: (controller: string) => Readonly<Record<string, string>>,
    figureOf: (figures: ControllerFigures) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: Object.keys(labelsOf("")),
      registers: [registry],
      collect() {
        for (const [controller, each] of Object.entries(figures())) this.set(labelsOf(controller), figureOf(each));
      },
    });
  const queue = (controller: string) => ({ name: controller, controller });
  const own = (controller: string) => ({ controller });
  gauge("workqueue_depth", "Keys that wait for a worker.", queue, ({ waiting }) => waiting);
  const unfinished = "Sum of how long the runs under way have taken.";
  gauge("workqueue_unfinished_work_seconds", unfinished, queue, ({ unfinishedMs }) => unfinishedMs / 1000);
  const longest = "How long the longest run under way has taken.";
  gauge("workqueue_longest_running_processor_seconds", longest, queue, ({ longestMs }) => longestMs / 1000);
  gauge("controller_runtime_active_workers", "Keys that are worked on.", own, ({ active }) => active);
  const most = "Keys that may be worked on at a time.";
  gauge("controller_runtime_max_concurrent_reconciles", most, own, ({ concurrency }) => concurrency);
}
