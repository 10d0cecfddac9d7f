import { join } from "node:path";
import { startPlane } from "../bench-plane.ts";
import { processFigures } from "../process-figures.ts";
import { type BenchContext, type BenchResult, median } from "../row.ts";
import { startEtcd } from "./etcd.ts";
import { runLoad } from "./load.ts";
import { apiOnly, targetOf } from "./plane-target.ts";

const clients = 64;
const durationMs = 4000;
const rounds = 3;
const udpPort = 14_330;

interface Comparison {
  readonly row: string;
  readonly verb: "put" | "get";
  /** ours ÷ etcd's, at least. */
  readonly ratioMin: number;
}

interface Figures {
  readonly perSecond: number;
  readonly residentBytes: number;
}

/**
 * Requests per second of 64 clients, each of which waits for its answer: ConfigMaps of 1.2 kB through the whole of our API over HTTPS, and the same bytes
 * through etcd's own JSON gateway over HTTPS. Both keep each write on the disk before they answer. In turn, each round on fresh data.
 */
export async function againstEtcd(comparison: Comparison, context: BenchContext): Promise<readonly BenchResult[]> {
  const { row, verb, ratioMin } = comparison;
  const ours: Figures[] = [];
  const etcd: Figures[] = [];
  const turns = [
    { measure: measureOurs, figures: ours },
    { measure: measureEtcd, figures: etcd },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const { measure, figures } of turns) {
      figures.push(await measure(join(context.tmpDir, `${round}`), verb, context));
    }
    turns.reverse();
  }
  const rate = (figures: readonly Figures[]) => Math.round(median(figures.map(({ perSecond }) => perSecond)));
  const memory = (figures: readonly Figures[]) => Math.round(median(figures.map((each) => each.residentBytes)) / 1e6);
  const ratio = rate(ours) / rate(etcd);
  return [
    {
      row: `${row}, ${clients} clients`,
      ours: rate(ours),
      reference: rate(etcd),
      unit: "requests/s",
      ratio,
      target: `≥ ${ratioMin} × etcd`,
      met: ratio >= ratioMin,
      note: `resident memory: spored ${memory(ours)} MB, etcd ${memory(etcd)} MB`,
    },
  ];
}

async function measureOurs(directory: string, verb: "put" | "get", context: BenchContext): Promise<Figures> {
  await using plane = await startPlane(udpPort, join(`${directory}-spored`, "data"), apiOnly, context);
  const target = await targetOf(plane);
  const { perSecond } = await runLoad(
    { kind: "flood", dialect: "spore", verb, clients, durationMs, target },
    context.signal,
  );
  return { perSecond, residentBytes: (await processFigures(plane.spored.pid)).residentBytes };
}

async function measureEtcd(directory: string, verb: "put" | "get", context: BenchContext): Promise<Figures> {
  await using etcd = await startEtcd(`${directory}-etcd`, context);
  const { target } = etcd;
  const { perSecond } = await runLoad(
    { kind: "flood", dialect: "etcd", verb, clients, durationMs, target },
    context.signal,
  );
  return { perSecond, residentBytes: (await processFigures(etcd.pid)).residentBytes };
}
