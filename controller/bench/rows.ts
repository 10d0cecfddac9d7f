import { apiReads } from "./api-reads.ts";
import { apiWriteP99 } from "./api-write-p99.ts";
import { apiWrites } from "./api-writes.ts";
import { cliStart } from "./cli-start.ts";
import { convergeThousand } from "./converge.ts";
import { heartbeats } from "./heartbeats.ts";
import { listFiveThousand } from "./list-5000.ts";
import { otaFanout } from "./ota-fanout.ts";
import { otaPaced } from "./ota-paced.ts";
import { otaSend } from "./ota-send.ts";
import { quietFleet } from "./quiet-fleet.ts";
import type { BenchRow } from "./row.ts";
import { storeWrites } from "./store-writes.ts";
import { watchFanout } from "./watch-fanout.ts";

/** Every benchmark, one line each. */
export const rows: readonly BenchRow[] = [
  otaSend,
  otaFanout,
  otaPaced,
  convergeThousand,
  storeWrites,
  heartbeats,
  quietFleet,
  apiWrites,
  apiReads,
  apiWriteP99,
  listFiveThousand,
  watchFanout,
  cliStart,
];
