import type { Cause } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";

/** What is wrong with fields, in the words of Kubernetes (apimachinery, `util/validation/field`): what, the value received, then why. */

const shownMaxCharacters = 256;

/** The value as Go prints it in such errors; a long one is cut. */
export function shownValue(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > shownMaxCharacters ? `${text.slice(0, shownMaxCharacters)}…` : text;
}

/** The cause of a value that is wrong. */
export function invalidValue(field: string, value: JsonValue, why: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${shownValue(value)}: ${why}`, field };
}

/** The cause of something missing. */
export function requiredValue(field: string, why?: string): Cause {
  return {
    reason: "FieldValueRequired",
    message: why === undefined ? "Required value" : `Required value: ${why}`,
    field,
  };
}

/** The cause of something that must not be there, or must not change. */
export function forbiddenValue(field: string, why: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}

/** The cause of a value that is none of those there are. */
export function unsupportedValue(field: string, value: JsonValue, supported: readonly JsonValue[]): Cause {
  const choice = supported.map(shownValue).join(", ");
  const message = `Unsupported value: ${shownValue(value)}: supported values: ${choice}`;
  return { reason: "FieldValueNotSupported", message, field };
}

/** The cause of a value that stands in a set already. */
export function duplicateValue(field: string, value: JsonValue): Cause {
  return { reason: "FieldValueDuplicate", message: `Duplicate value: ${shownValue(value)}`, field };
}

/** The cause of a text, or of texts together, that take too much room. */
export function tooLong(field: string, max: number, unit: "bytes" | "characters"): Cause {
  return { reason: "FieldValueTooLong", message: `Too long: may not be more than ${max} ${unit}`, field };
}
