import { isIP, isIPv4, isIPv6 } from "node:net";

/**
 * The string formats that are checked; any other is ignored, as in Kubernetes. Each answers in time linear in the string's
 * length: the expressions below have no choice about where a repetition ends.
 */
export const stringFormats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["byte", isBase64],
  ["date", isDate],
  ["date-time", isDateTime],
  ["duration", isDuration],
  ["email", (text: string) => /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(text)],
  ["hostname", isHostname],
  ["ip", (text: string) => isIP(text) !== 0],
  ["ipv4", isIPv4],
  ["ipv6", isIPv6],
  ["cidr", isCidr],
  ["mac", (text: string) => /^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$/.test(text)],
  ["uri", (text: string) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && URL.canParse(text)],
  ["uuid", (text: string) => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text)],
]);

const int32Bound = 2 ** 31;

/** Whether a whole number fits into 32 bits with a sign. */
export function isInt32(value: number): boolean {
  return value >= -int32Bound && value < int32Bound;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts !== null && isCalendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** RFC 3339, as Go's parser takes it: the offset is needed, a leap second is not known. */
function isDateTime(text: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-](\d{2}):(\d{2}))$/.exec(text);
  if (!parts?.[1] || !isDate(parts[1])) return false;
  const [hour, minute, second] = [Number(parts[2]), Number(parts[3]), Number(parts[4])];
  return hour < 24 && minute < 60 && second < 60 && Number(parts[7] ?? 0) < 24 && Number(parts[8] ?? 0) < 60;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

/** Go's `time.ParseDuration`: `1h30m`, `90s`, `-1.5h`, `0`. */
/** As Go writes it (`1h30m`), or one number and a unit as people do (`1 day`). */
function isDuration(text: string): boolean {
  if (/^-?\d+(\.\d+)?\s*(ns|nano|us|µs|micro|ms|milli|s|m|h|d|w)[A-Za-z]*$/.test(text)) return true;
  return /^[+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/.test(text);
}

function isHostname(text: string): boolean {
  return (
    text.length <= 255 && text.split(".").every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  );
}

function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  const [address, width] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 0 || !/^\d{1,3}$/.test(width)) return false;
  return (isIPv4(address) && Number(width) <= 32) || (isIPv6(address) && Number(width) <= 128);
}
