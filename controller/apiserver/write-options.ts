import { tooLong, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { invalidOptions } from "./list-options.ts";

/** What a write asks for besides its object. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
}

const fieldManagerMaxCharacters = 128;
const fieldValidations: readonly string[] = ["Ignore", "Warn", "Strict"];

/**
 * Reads the query of a write.
 *
 * @param kind `CreateOptions`, `UpdateOptions` or `PatchOptions`, for the message.
 * @throws SporeError `SPORE_INVALID`.
 */
export function readWriteOptions(query: URLSearchParams, kind: string): WriteOptions {
  const causes = [...dryRunCauses(query.getAll("dryRun")), ...fieldManagerCauses(query.get("fieldManager") ?? "")];
  const validation = query.get("fieldValidation") ?? "";
  if (validation !== "" && !fieldValidations.includes(validation)) {
    causes.push(unsupportedValue("fieldValidation", validation, fieldValidations));
  }
  if (causes.length > 0) throw invalidOptions(kind, causes);
  return {
    dryRun: query.getAll("dryRun").includes("All"),
    fieldValidation: validation === "Ignore" || validation === "Strict" ? validation : "Warn",
  };
}

/** What is wrong with the values of `dryRun`. */
export function dryRunCauses(values: readonly string[]): readonly Cause[] {
  return values
    .filter((value) => value !== "" && value !== "All")
    .map((value) => unsupportedValue("dryRun", value, ["All"]));
}

function fieldManagerCauses(manager: string): readonly Cause[] {
  if (manager.length > fieldManagerMaxCharacters) {
    return [tooLong("fieldManager", fieldManagerMaxCharacters, "characters")];
  }
  if (!/\p{C}/u.test(manager)) return [];
  return [
    {
      reason: "FieldValueInvalid",
      message: "Invalid value: should only contain printable characters",
      field: "fieldManager",
    },
  ];
}
