import { cliStart } from "./cli-start.ts";
import { convergeThousand } from "./converge.ts";
import { heartbeats } from "./heartbeats.ts";
import { otaSend } from "./ota-send.ts";
import { quietFleet } from "./quiet-fleet.ts";
import type { BenchRow } from "./row.ts";
import { storeWrites } from "./store-writes.ts";

/** Every benchmark, one line each. */
export const rows: readonly BenchRow[] = [otaSend, convergeThousand, storeWrites, heartbeats, quietFleet, cliStart];
