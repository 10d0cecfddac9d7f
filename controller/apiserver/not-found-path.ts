import { SporeError } from "../base/errors.ts";

/** The answer to an address that means nothing here. Clients compare the sentence. */
export function notFoundPath(): SporeError {
  return new SporeError("SPORE_NOT_FOUND", "the server could not find the requested resource");
}
