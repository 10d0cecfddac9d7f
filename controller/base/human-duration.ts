const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/**
 * A span of time in the one or two units that matter, as kubectl shows ages: `95s`, `3m5s`, `55m`, `4h3m`, `22h`, `3d4h`, `45d`,
 * `3y12d`, `9y`. A span below zero is `<invalid>`; up to two seconds of clock skew are forgiven.
 */
export function humanDuration(spanMs: number): string {
  if (Number.isNaN(spanMs) || spanMs <= -2 * second) return "<invalid>";
  if (spanMs < 0) return "0s";
  if (spanMs < 2 * minute) return `${Math.floor(spanMs / second)}s`;
  if (spanMs < 10 * minute) return twoUnits(spanMs, minute, "m", second, "s");
  if (spanMs < 3 * hour) return `${Math.floor(spanMs / minute)}m`;
  if (spanMs < 8 * hour) return twoUnits(spanMs, hour, "h", minute, "m");
  if (spanMs < 2 * day) return `${Math.floor(spanMs / hour)}h`;
  if (spanMs < 8 * day) return twoUnits(spanMs, day, "d", hour, "h");
  if (spanMs < 2 * year) return `${Math.floor(spanMs / day)}d`;
  if (spanMs < 8 * year) return twoUnits(spanMs, year, "y", day, "d");
  return `${Math.floor(spanMs / year)}y`;
}

function twoUnits(spanMs: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((spanMs % large) / small);
  return `${Math.floor(spanMs / large)}${largeName}${rest === 0 ? "" : `${rest}${smallName}`}`;
}
