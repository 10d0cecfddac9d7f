const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;

/**
 * A length of time in milliseconds as kubectl writes ages: two units while the first is small, one later
 * (`HumanDuration` of k8s.io/apimachinery).
 */
export function humanDuration(ms: number): string {
  if (ms < 2 * minuteMs) return `${Math.floor(ms / secondMs)}s`;
  if (ms < 10 * minuteMs) return twoUnits(ms, minuteMs, "m", secondMs, "s");
  if (ms < 3 * hourMs) return `${Math.floor(ms / minuteMs)}m`;
  if (ms < 8 * hourMs) return twoUnits(ms, hourMs, "h", minuteMs, "m");
  if (ms < 2 * dayMs) return `${Math.floor(ms / hourMs)}h`;
  if (ms < 8 * dayMs) return twoUnits(ms, dayMs, "d", hourMs, "h");
  if (ms < 2 * yearMs) return `${Math.floor(ms / dayMs)}d`;
  if (ms < 8 * yearMs) return twoUnits(ms, yearMs, "y", dayMs, "d");
  return `${Math.floor(ms / yearMs)}y`;
}

function twoUnits(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)}${big}${rest === 0 ? "" : `${rest}${small}`}`;
}
