const unitMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const part = /([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)/y;

/**
 * A duration as Go writes it (`90s`, `1h30m`, `1.5s`, `0`) in milliseconds; undefined when the text is no such duration. Negative
 * durations are not taken.
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let totalMs = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return undefined;
    totalMs += Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  }
  return text === "" ? undefined : totalMs;
}
