import type { Screen } from "../io.ts";

/** A line that shows how far something is, where a person looks; nothing elsewhere. */
export interface ProgressLine {
  readonly show: (count: number) => void;
  readonly clear: () => void;
}

const barWidth = 30;

/** `total` is what `show` will come to. */
export function progressLine(screen: Screen, verb: string, total: number): ProgressLine {
  if (!screen.isTerminal) return { show: () => {}, clear: () => {} };
  return {
    show(count) {
      const part = total === 0 ? 1 : count / total;
      const bar = "█".repeat(Math.round(part * barWidth)).padEnd(barWidth, "░");
      screen.write(`\r${verb} ${bar} ${Math.floor(part * 100)} %`);
    },
    clear: () => screen.write("\r\u001b[2K"),
  };
}
