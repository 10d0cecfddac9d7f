import { Counter, Gauge, type Registry } from "prom-client";

/**
 * What Prometheus' client libraries say of a process. Not by prom-client itself, whose figure of the event loop's delay wakes the process a
 * hundred times a second.
 */
export function addProcessFigures(registry: Registry, startedAtMs: number): void {
  const registers = [registry];
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system time of the process.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("process_start_time_seconds", "When the process began, in Unix time.", () => startedAtMs / 1000);
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "Memory in use on the JavaScript heap.", () => process.memoryUsage().heapUsed);
}
