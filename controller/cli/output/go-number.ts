/** Whole numbers below this have digits only; above, Go holds them as floating point. */
const int64Max = 2 ** 63;
export const uint64Max = 2 ** 64;

/** A number as Go prints it by default (`%v`): whole numbers in digits, others with the fewest digits that say the same. */
export function goNumber(value: number, wholeMax = int64Max): string {
  if (Number.isInteger(value) && Math.abs(value) < wholeMax) return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digitsBeforeExponent) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** From a million on, a number that is not whole has an exponent. */
const digitsBeforeExponent = 6;
