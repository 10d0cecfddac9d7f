import type { Cause } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { goValue } from "./violations.ts";

/** Causes about fields of a CRD, worded as apiextensions words them: what is wrong, then why. */

export function required(field: string, why: string): Cause {
  return { reason: "FieldValueRequired", message: `Required value: ${why}`, field };
}

export function forbidden(field: string, why: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}

export function invalid(field: string, value: JsonValue, why: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${goValue(value)}: ${why}`, field };
}
