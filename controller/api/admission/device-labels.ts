import type { Cause } from "../../base/errors.ts";
import { invalidValue } from "../causes.ts";

/** Bounds of a device's label table, as our firmware has them. */
export const deviceLabelsMax = 8;
const deviceLabelKey = /^[a-z0-9._-]{1,32}$/;
const deviceLabelValueMaxBytes = 64;
const deviceLabelsMaxBytes = 256;

/** Why a device would not take `labels`. */
export function deviceLabelCauses(labels: Readonly<Record<string, string>>, field: string): readonly Cause[] {
  const entries = Object.entries(labels);
  const causes = entries.flatMap(([key, value]) => pairCauses(key, value, field));
  if (entries.length > deviceLabelsMax) {
    causes.push(invalidValue(field, entries.length, `a device holds at most ${deviceLabelsMax} labels`));
  }
  const bytes = Buffer.byteLength(JSON.stringify(labels));
  if (bytes > deviceLabelsMaxBytes) {
    causes.push(
      invalidValue(field, bytes, `a device holds at most ${deviceLabelsMaxBytes} bytes of labels, written as JSON`),
    );
  }
  return causes;
}

function pairCauses(key: string, value: string, field: string): Cause[] {
  const causes: Cause[] = [];
  if (!deviceLabelKey.test(key)) {
    const why = "the key of a device's label must be 1 to 32 lower-case letters, digits, '.', '_' and '-'";
    causes.push(invalidValue(field, key, why));
  }
  if (Buffer.byteLength(value) > deviceLabelValueMaxBytes || /\p{Cc}/u.test(value)) {
    const why = `the value of a device's label must be at most ${deviceLabelValueMaxBytes} bytes without control characters`;
    causes.push(invalidValue(`${field}[${key}]`, value, why));
  }
  return causes;
}
