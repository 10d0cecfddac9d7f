import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { FlushMeter } from "../store/lmdb.ts";
import { objectsFile } from "../store/lmdb-file.ts";

/** What the embedded store writes, and what it takes on the disk. */
export function storeFigures(registry: Registry, directory: string): FlushMeter {
  const registers = [registry];
  const flushes = new Histogram({
    name: "spore_store_flush_duration_seconds",
    help: "How long groups of writes took to be on the disk.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const writes = new Counter({
    name: "spore_store_writes_total",
    help: "Commits that were written; several share a flush.",
    registers,
  });
  new Gauge({
    name: "spore_store_size_bytes",
    help: "Size of the store's file.",
    registers,
    async collect() {
      this.set((await stat(join(directory, objectsFile))).size);
    },
  });
  return {
    flushed(commits, tookMs) {
      writes.inc(commits);
      flushes.observe(tookMs / 1000);
    },
  };
}
