import { walks } from "../cost.ts";
import { define, type Guard, isInt, isText, type Overload } from "../functions.ts";
import { Fault, type OpaqueValue } from "../values.ts";

/** An amount as Kubernetes writes it (`1.5Gi`, `250m`), exact to a billionth. */
class Quantity implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "kubernetes.Quantity";
  readonly billionths: bigint;

  constructor(billionths: bigint) {
    this.billionths = billionths;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Quantity && other.billionths === this.billionths;
  }
}

const isQuantity: Guard<Quantity> = (value) => value instanceof Quantity;

const one = 10n ** 9n;
const int64Max = 2n ** 63n - 1n;
/** More digits than the largest quantity and the smallest part of one have between them. */
const digitsMax = 60;
/** What has no more digits than this is kept as it is, however large; other amounts are capped. */
const exactDigitsMax = 18;
/** And beyond this power of ten nobody asks. */
const powerMax = 400;

const decimalPowers: ReadonlyMap<string, number> = new Map([
  ...([
    ["n", -9],
    ["u", -6],
    ["m", -3],
    ["", 0],
    ["k", 3],
    ["M", 6],
    ["G", 9],
    ["T", 12],
    ["P", 15],
    ["E", 18],
  ] as const),
]);
const binaryPowers: ReadonlyMap<string, bigint> = new Map(
  ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, index) => [suffix, 10n * BigInt(index + 1)]),
);

/** `k8s.io/apimachinery/pkg/api/resource`: finer parts than a billionth are rounded away from zero, and what 64 bits cannot hold is capped. */
function parseQuantity(text: string): Quantity | Fault {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  const [, sign = "", whole = "", fraction = "", suffix = ""] = parts ?? [];
  if (whole + fraction === "") {
    return new Fault("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  const power = exponent === undefined ? decimalPowers.get(suffix) : Number(exponent);
  const shift = binaryPowers.get(suffix);
  if (power === undefined && shift === undefined) return new Fault("unable to parse quantity's suffix");
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return new Quantity(0n);
  const scale = (power ?? 0) + 9 - fraction.length;
  const size = bounded(digits, scale, shift ?? 0n);
  return new Quantity(sign === "-" ? -size : size);
}

/** `digits` times ten to the `scale` times two to the `shift`, rounded up and capped. */
function bounded(digits: string, scale: number, shift: bigint): bigint {
  if (digits.length <= exactDigitsMax && shift === 0n && scale >= 0 && scale <= powerMax) {
    return BigInt(digits) * 10n ** BigInt(scale);
  }
  if (digits.length + scale > digitsMax) return int64Max * one;
  if (digits.length + scale < -digitsMax) return 1n;
  if (digits.length > digitsMax) {
    // What is cut off is below a billionth; rounding up needs to know only that it is there.
    const kept = BigInt(digits.slice(0, digitsMax)) + (/[1-9]/.test(digits.slice(digitsMax)) ? 1n : 0n);
    return bounded(String(kept), scale + digits.length - digitsMax, shift);
  }
  const number = BigInt(digits) << shift;
  const divisor = scale < 0 ? 10n ** BigInt(-scale) : 1n;
  const scaled = scale < 0 ? (number + divisor - 1n) / divisor : number * 10n ** BigInt(scale);
  return scaled > int64Max * one ? int64Max * one : scaled;
}

const sign = (difference: bigint): bigint => (difference > 0n ? 1n : difference < 0n ? -1n : 0n);

function asInteger({ billionths }: Quantity): bigint | Fault {
  return billionths % one === 0n ? billionths / one : new Fault("cannot convert value to integer");
}

/** Kubernetes' functions for quantities. */
export const quantityFunctions: readonly Overload[] = [
  define("quantity", "(string): kubernetes.Quantity", [isText], parseQuantity, walks(0)),
  define("isQuantity", "(string): bool", [isText], (text) => parseQuantity(text) instanceof Quantity, walks(0)),
  define("sign", "(kubernetes.Quantity): int", [isQuantity], ({ billionths }) => sign(billionths)),
  define("isGreaterThan", "kubernetes.Quantity.(kubernetes.Quantity): bool", [isQuantity, isQuantity], (a, b) => {
    return a.billionths > b.billionths;
  }),
  define("isLessThan", "kubernetes.Quantity.(kubernetes.Quantity): bool", [isQuantity, isQuantity], (a, b) => {
    return a.billionths < b.billionths;
  }),
  define("compareTo", "kubernetes.Quantity.(kubernetes.Quantity): int", [isQuantity, isQuantity], (a, b) => {
    return sign(a.billionths - b.billionths);
  }),
  define("asApproximateFloat", "kubernetes.Quantity.(): double", [isQuantity], ({ billionths }) => {
    return billionths % one === 0n ? Number(billionths / one) : Number(billionths) / 1e9;
  }),
  define("asInteger", "kubernetes.Quantity.(): int", [isQuantity], asInteger),
  define(
    "isInteger",
    "kubernetes.Quantity.(): bool",
    [isQuantity],
    (quantity) => !(asInteger(quantity) instanceof Fault),
  ),
  define("add", "kubernetes.Quantity.(kubernetes.Quantity): kubernetes.Quantity", [isQuantity, isQuantity], (a, b) => {
    return new Quantity(a.billionths + b.billionths);
  }),
  define("add", "kubernetes.Quantity.(int): kubernetes.Quantity", [isQuantity, isInt], (a, b) => {
    return new Quantity(a.billionths + b * one);
  }),
  define("sub", "kubernetes.Quantity.(kubernetes.Quantity): kubernetes.Quantity", [isQuantity, isQuantity], (a, b) => {
    return new Quantity(a.billionths - b.billionths);
  }),
  define("sub", "kubernetes.Quantity.(int): kubernetes.Quantity", [isQuantity, isInt], (a, b) => {
    return new Quantity(a.billionths - b * one);
  }),
];
