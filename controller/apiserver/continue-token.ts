import { SporeError } from "../base/errors.ts";

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision that all pages show; undefined: the newest, after the first one was compacted away. */
  readonly revision: number | undefined;
  /** The key of the last object given, without the prefix of the collection. */
  readonly after: string;
}

/** The token as clients hold it: opaque to them. */
export function writeContinueToken({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 1, rv: revision ?? -1, after })).toString("base64url");
}

/** @throws SporeError `SPORE_BAD_REQUEST` for anything that this server did not write. */
export function readContinueToken(token: string): ContinueToken {
  const parsed = parse(token);
  if (typeof parsed === "object" && parsed !== null && "rv" in parsed && "after" in parsed) {
    const { rv, after } = parsed;
    if (Number.isSafeInteger(rv) && typeof rv === "number" && rv >= -1 && typeof after === "string") {
      return { revision: rv === -1 ? undefined : rv, after };
    }
  }
  throw new SporeError("SPORE_BAD_REQUEST", "continue key is not valid");
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return undefined; // said by the caller
  }
}
