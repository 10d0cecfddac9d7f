import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { addControllerGauges, ControllerMetrics } from "../../controller/runtime/controller-metrics.ts";

describe("ControllerMetrics", () => {
  it("counts keys and runs under client-go's and controller-runtime's names", async () => {
    const registry = new Registry();
    const meter = new ControllerMetrics(registry).meter("node");
    for (const result of ["success", "success", "requeue_after", "requeue", "error", "terminal"] as const) {
      meter.added();
      meter.taken(500);
      meter.ended(result, 250);
    }
    meter.retried();
    const text = await registry.metrics();
    const own = 'controller="node"';
    for (const [result, count] of Object.entries({ success: 2, requeue_after: 1, requeue: 1, error: 2 })) {
      expect(text).toContain(`controller_runtime_reconcile_total{${own},result="${result}"} ${count}`);
    }
    expect(text).toContain(`controller_runtime_reconcile_errors_total{${own}} 2`);
    expect(text).toContain(`controller_runtime_terminal_reconcile_errors_total{${own}} 1`);
    expect(text).toContain(`controller_runtime_reconcile_time_seconds_sum{${own}} 1.5`);
    expect(text).toContain(`workqueue_adds_total{name="node",${own}} 6`);
    expect(text).toContain(`workqueue_retries_total{name="node",${own}} 1`);
    expect(text).toContain(`workqueue_queue_duration_seconds_sum{name="node",${own}} 3`);
    expect(text).toContain(`workqueue_work_duration_seconds_bucket{le="1",name="node",${own}} 6`);
  });
});

describe("addControllerGauges", () => {
  it("reads the controllers whenever somebody asks", async () => {
    const registry = new Registry();
    const figures = {
      waiting: 3,
      active: 2,
      delayed: 0,
      runs: 9,
      failures: 0,
      concurrency: 4,
      unfinishedMs: 1500,
      longestMs: 1000,
    };
    let waiting = 3;
    addControllerGauges(registry, () => ({ node: { ...figures, waiting } }));
    const names = 'name="node",controller="node"';
    expect(await registry.metrics()).toContain(`workqueue_depth{${names}} 3`);
    waiting = 0;
    const text = await registry.metrics();
    expect(text).toContain(`workqueue_depth{${names}} 0`);
    expect(text).toContain(`workqueue_unfinished_work_seconds{${names}} 1.5`);
    expect(text).toContain(`workqueue_longest_running_processor_seconds{${names}} 1`);
    expect(text).toContain('controller_runtime_active_workers{controller="node"} 2');
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="node"} 4');
  });
});
