import { SporeError } from "../../base/errors.ts";

/** How a server treats fields that it does not know. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** What commander's `--validate` option of every verb that takes files is declared with. */
export const validateOption = [
  "--validate [how]",
  "fields that nobody knows: strict refuses them (also true), warn tells of them, ignore drops them (also false)",
  "strict",
] as const;

/**
 * Reads the value of `--validate`, in kubectl's words.
 *
 * @throws SporeError `SPORE_USAGE` for another word.
 */
export function readFieldValidation(word: string | boolean | undefined): FieldValidation {
  switch (word) {
    case undefined:
    case true:
    case "true":
    case "strict":
      return "Strict";
    case "warn":
      return "Warn";
    case false:
    case "false":
    case "ignore":
      return "Ignore";
    default:
      throw new SporeError("SPORE_USAGE", `--validate=${word}: no such way to validate`, {
        hint: "use strict, warn or ignore",
      });
  }
}
