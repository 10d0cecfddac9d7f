import { againstEtcd } from "./api/against-etcd.ts";
import type { BenchRow } from "./row.ts";

/** Reads of single objects. */
export const apiReads: BenchRow = {
  name: "api-reads",
  run: (context) => againstEtcd({ row: "api-reads", verb: "get", ratioMin: 1 }, context),
};
