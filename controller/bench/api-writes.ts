import { againstEtcd } from "./api/against-etcd.ts";
import type { BenchRow } from "./row.ts";

/** Writes through the whole API, on disk before they are answered. */
export const apiWrites: BenchRow = {
  name: "api-writes",
  run: (context) => againstEtcd({ row: "api-writes", verb: "put", ratioMin: 0.5 }, context),
};
