import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

/** One benchmark; a module of this folder, and one line in `rows.ts`. */
export interface BenchRow {
  /** What `--only` takes. */
  readonly name: string;
  /** Measures, best as the median of three or more runs, ours and the reference in turn. */
  run(context: BenchContext): Promise<readonly BenchResult[]>;
}

export interface BenchContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  /** An empty directory of this row alone, on the disk that is measured; removed afterwards. */
  readonly tmpDir: string;
}

/** One line of the table. */
export interface BenchResult {
  readonly row: string;
  readonly ours: number;
  /** What the same work takes without us; undefined where there is nothing to compare with. */
  readonly reference: number | undefined;
  readonly unit: string;
  /** ours ÷ reference. */
  readonly ratio: number | undefined;
  /** For people, such as `≥ 0.7 ×`. */
  readonly target: string;
  readonly met: boolean;
  readonly note?: string;
}

/** The middle one of `figures`, the mean of the middle two where their number is even; NaN of none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
