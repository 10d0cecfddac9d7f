import { heartbeats } from "./heartbeats.ts";
import { otaSend } from "./ota-send.ts";
import type { BenchRow } from "./row.ts";
import { storeWrites } from "./store-writes.ts";

/** Every benchmark, one line each. */
export const rows: readonly BenchRow[] = [otaSend, storeWrites, heartbeats];
