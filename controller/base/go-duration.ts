const unitMs: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
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
    const [, amount, unit = ""] = part.exec(text) ?? [];
    const factor = unitMs.get(unit);
    if (factor === undefined) return undefined;
    totalMs += Number(amount) * factor;
  }
  return text === "" ? undefined : totalMs;
}
