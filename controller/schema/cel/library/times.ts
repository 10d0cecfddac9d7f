import { LruMap } from "../../../base/lru-map.ts";
import { define, isDuration, isInt, isText, isTimestamp, type Overload } from "../functions.ts";
import { Duration, Fault, Timestamp, type Value } from "../values.ts";

const perSecond = 1_000_000_000n;
const unitNanoseconds: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["µs", 1000n],
  ["μs", 1000n],
  ["ms", 1_000_000n],
  ["s", perSecond],
  ["m", 60n * perSecond],
  ["h", 3600n * perSecond],
]);
/** From the year 1 to the end of the year 9999. */
const timestampMin = -62_135_596_800n * perSecond;
const timestampMax = 253_402_300_800n * perSecond;
const durationMax = 2n ** 63n;

/** The nanoseconds of a timestamp; a fault when it is not within the years that RFC 3339 can write. */
export function timestampOf(nanoseconds: bigint): Timestamp | Fault {
  const isWithin = nanoseconds >= timestampMin && nanoseconds < timestampMax;
  return isWithin ? new Timestamp(nanoseconds) : new Fault("timestamp overflow");
}

/** A duration; a fault when 64 bits cannot count its nanoseconds. */
export function durationOf(nanoseconds: bigint): Duration | Fault {
  const isWithin = nanoseconds >= -durationMax && nanoseconds < durationMax;
  return isWithin ? new Duration(nanoseconds) : new Fault("duration overflow");
}

/** RFC 3339, to the nanosecond; undefined for any other text. A date alone is its first instant. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, day = "", clock = "00:00:00", fraction = "", offset = "Z"] = parts;
  const ms = Date.parse(`${day}T${clock}${offset.toUpperCase()}`);
  // The date must be the one that was written: Date takes the 31st of June for the 1st of July.
  if (Number.isNaN(ms) || new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) return undefined;
  const value = timestampOf(BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0")));
  return value instanceof Timestamp ? value : undefined;
}

/** RFC 3339 in UTC, with as many digits of a second as are needed. */
export function timestampText({ nanoseconds }: Timestamp): string {
  const { seconds, rest } = floorSeconds(nanoseconds);
  const whole = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, "");
  return `${whole}${fractionText(rest)}Z`;
}

function fractionText(nanoseconds: bigint): string {
  return nanoseconds === 0n ? "" : `.${String(nanoseconds).padStart(9, "0").replace(/0+$/, "")}`;
}

function floorSeconds(nanoseconds: bigint): { readonly seconds: bigint; readonly rest: bigint } {
  const rest = ((nanoseconds % perSecond) + perSecond) % perSecond;
  return { seconds: (nanoseconds - rest) / perSecond, rest };
}

/** A duration as Go writes it, such as `-1h30.5m`; undefined for any other text and for what 64 bits cannot hold. */
export function parseDuration(text: string): Duration | undefined {
  const body = text.replace(/^[+-]/, "");
  if (body === "0") return new Duration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0n;
  let end = 0;
  while (end < body.length) {
    part.lastIndex = end;
    const found = part.exec(body);
    const [all, whole = "", fraction = "", unit = ""] = found ?? [];
    if (all === undefined || `${whole}${fraction}` === "" || whole.length > 20) return undefined;
    const factor = unitNanoseconds.get(unit) ?? 0n;
    const digits = fraction.slice(0, 18);
    total +=
      BigInt(whole === "" ? 0 : whole) * factor +
      (BigInt(digits === "" ? 0 : digits) * factor) / 10n ** BigInt(digits.length);
    if (total >= durationMax) return undefined;
    end = part.lastIndex;
  }
  if (body === "") return undefined;
  return new Duration(text.startsWith("-") ? -total : total);
}

/** In seconds, such as `90.5s`. */
export function durationText({ nanoseconds }: Duration): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? "-" : "";
  return `${sign}${size / perSecond}${fractionText(size % perSecond)}s`;
}

interface Calendar {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** From 0, Sunday. */
  readonly weekday: number;
  readonly yearday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const calendarParts: ReadonlyMap<string, (at: Calendar) => number> = new Map([
  ["getFullYear", ({ year }) => year],
  ["getMonth", ({ month }) => month],
  ["getDayOfYear", ({ yearday }) => yearday],
  ["getDayOfMonth", ({ day }) => day - 1],
  ["getDate", ({ day }) => day],
  ["getDayOfWeek", ({ weekday }) => weekday],
  ["getHours", ({ hour }) => hour],
  ["getMinutes", ({ minute }) => minute],
  ["getSeconds", ({ second }) => second],
]);

/** Making one takes far longer than asking it; a rule asks for the same zone again and again. */
const zoneFormatsMax = 64;
const zoneFormats = new LruMap<string, Intl.DateTimeFormat>(zoneFormatsMax);

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
}

/** Minutes east of UTC at an instant, in a zone by name or by offset; undefined when there is none of that name. */
function offsetMinutes(zone: string, ms: number): number | undefined {
  const offset = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (offset) return (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  if (zone === "" || zone === "UTC") return 0;
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return undefined;
  try {
    const name =
      zoneFormats
        .getOrMake(zone, () => zoneFormat(zone))
        .formatToParts(ms)
        .find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // that is how an unknown zone is told
    throw error;
  }
}

function calendar({ nanoseconds }: Timestamp, zone: string): Calendar | Fault {
  const ms = Number(floorSeconds(nanoseconds).seconds) * 1000;
  const offset = offsetMinutes(zone, ms);
  if (offset === undefined) return new Fault(`unknown time zone ${zone}`);
  const date = new Date(ms + offset * 60_000);
  const year = date.getUTCFullYear();
  const firstDay = new Date(0).setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearday: Math.floor((date.getTime() - firstDay) / 86_400_000),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function calendarPart(name: string, part: (at: Calendar) => number): readonly Overload[] {
  const read = (at: Timestamp, zone: string): Value => {
    const whole = calendar(at, zone);
    return whole instanceof Fault ? whole : BigInt(part(whole));
  };
  return [
    define(name, "timestamp.(): int", [isTimestamp], (at) => read(at, "UTC")),
    define(name, "timestamp.(string): int", [isTimestamp, isText], read),
  ];
}

const milliseconds = ({ nanoseconds }: Timestamp): bigint => floorSeconds(nanoseconds).rest / 1_000_000n;

/** Conversions from and to times, their arithmetic and their parts. */
export const timeFunctions: readonly Overload[] = [
  define("timestamp", "(string): timestamp", [isText], (text) => {
    return (
      (text.length > 10 ? parseTimestamp(text) : undefined) ?? new Fault(`invalid timestamp ${JSON.stringify(text)}`)
    );
  }),
  define("timestamp", "(int): timestamp", [isInt], (seconds) => timestampOf(seconds * perSecond)),
  define("timestamp", "(timestamp): timestamp", [isTimestamp], (at) => at),
  define("duration", "(string): duration", [isText], (text) => {
    return parseDuration(text) ?? new Fault(`time: invalid duration ${JSON.stringify(text)}`);
  }),
  define("duration", "(int): duration", [isInt], (nanoseconds) => new Duration(nanoseconds)),
  define("duration", "(duration): duration", [isDuration], (span) => span),
  define("int", "(timestamp): int", [isTimestamp], ({ nanoseconds }) => floorSeconds(nanoseconds).seconds),
  define("int", "(duration): int", [isDuration], ({ nanoseconds }) => nanoseconds),
  define("string", "(timestamp): string", [isTimestamp], timestampText),
  define("string", "(duration): string", [isDuration], durationText),
  define("_+_", "(timestamp, duration): timestamp", [isTimestamp, isDuration], (at, span) => {
    return timestampOf(at.nanoseconds + span.nanoseconds);
  }),
  define("_+_", "(duration, timestamp): timestamp", [isDuration, isTimestamp], (span, at) => {
    return timestampOf(at.nanoseconds + span.nanoseconds);
  }),
  define("_+_", "(duration, duration): duration", [isDuration, isDuration], (a, b) => {
    return durationOf(a.nanoseconds + b.nanoseconds);
  }),
  define("_-_", "(timestamp, timestamp): duration", [isTimestamp, isTimestamp], (a, b) => {
    return durationOf(a.nanoseconds - b.nanoseconds);
  }),
  define("_-_", "(timestamp, duration): timestamp", [isTimestamp, isDuration], (at, span) => {
    return timestampOf(at.nanoseconds - span.nanoseconds);
  }),
  define("_-_", "(duration, duration): duration", [isDuration, isDuration], (a, b) => {
    return durationOf(a.nanoseconds - b.nanoseconds);
  }),
  ...[...calendarParts].flatMap(([name, part]) => calendarPart(name, part)),
  define("getMilliseconds", "timestamp.(): int", [isTimestamp], milliseconds),
  define("getMilliseconds", "timestamp.(string): int", [isTimestamp, isText], (at, _zone) => milliseconds(at)),
  ...(["getHours", "getMinutes", "getSeconds", "getMilliseconds"] as const).map((name, index) => {
    const unit = [3600n * perSecond, 60n * perSecond, perSecond, 1_000_000n][index] ?? 1n;
    return define(name, "duration.(): int", [isDuration], ({ nanoseconds }) => nanoseconds / unit);
  }),
];
