import { forbiddenValue, invalidValue, requiredValue, tooLong, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { invalidOptions } from "./list-options.ts";
import { isOn } from "./request-info.ts";

/** What a write asks for besides its object. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  /** The name that the client wants to own under; empty when it gives none. */
  readonly fieldManager: string;
}

/** What a PATCH asks for besides. */
export interface PatchOptions extends WriteOptions {
  /** Whether an apply takes fields from those who own them. */
  readonly force: boolean;
}

const fieldManagerMaxBytes = 128;
const fieldValidations: readonly string[] = ["Ignore", "Warn", "Strict"];

/**
 * Reads the query of a write.
 *
 * @param kind `CreateOptions`, `UpdateOptions` or `PatchOptions`, for the message.
 * @throws SporeError `SPORE_INVALID`.
 */
export function readWriteOptions(query: URLSearchParams, kind: string, further: readonly Cause[] = []): WriteOptions {
  const fieldManager = query.get("fieldManager") ?? "";
  const causes = [...further, ...dryRunCauses(query.getAll("dryRun")), ...fieldManagerCauses(fieldManager)];
  const validation = query.get("fieldValidation") ?? "";
  if (validation !== "" && !fieldValidations.includes(validation)) {
    causes.push(unsupportedValue("fieldValidation", validation, fieldValidations));
  }
  if (causes.length > 0) throw invalidOptions(kind, causes);
  return {
    dryRun: query.getAll("dryRun").includes("All"),
    fieldValidation: validation === "Ignore" || validation === "Strict" ? validation : "Warn",
    fieldManager,
  };
}

/**
 * Reads the query of a PATCH.
 *
 * @param isApply whether the patch is applied, and so must say by whom.
 * @throws SporeError `SPORE_INVALID`.
 */
export function readPatchOptions(query: URLSearchParams, isApply: boolean): PatchOptions {
  const causes = isApply
    ? query.get("fieldManager")
      ? []
      : [requiredValue("fieldManager", "is required for apply patch")]
    : query.has("force")
      ? [forbiddenValue("force", "may not be specified for non-apply patch")]
      : [];
  return { ...readWriteOptions(query, "PatchOptions", causes), force: isOn(query, "force") };
}

/** What is wrong with the values of `dryRun`. */
export function dryRunCauses(values: readonly string[]): readonly Cause[] {
  return values
    .filter((value) => value !== "" && value !== "All")
    .map((value) => unsupportedValue("dryRun", value, ["All"]));
}

function fieldManagerCauses(manager: string): readonly Cause[] {
  if (Buffer.byteLength(manager) > fieldManagerMaxBytes)
    return [tooLong("fieldManager", fieldManagerMaxBytes, "bytes")];
  const characters = [...manager];
  const at = characters.findIndex((character) => /\p{C}/u.test(character));
  const code = characters[at]?.codePointAt(0);
  if (code === undefined) return [];
  const why = `invalid character U+${code.toString(16).toUpperCase().padStart(4, "0")} (at position ${at})`;
  return [invalidValue("fieldManager", manager, why)];
}
