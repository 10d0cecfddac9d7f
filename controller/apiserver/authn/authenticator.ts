import type { User } from "../user.ts";

/** What a request brings along of who sends it. None of it is proven yet. */
export interface Presented {
  /** The header of that name. */
  readonly authorization: string | undefined;
  /** The client's certificate, DER. That its bearer has the key to it was shown when the connection was made; who issued it was not asked. */
  readonly certificate: Uint8Array | undefined;
  /** All headers as they came, names and values in turn: a server in front of this one tells in them whom it speaks for, and a name may have a comma. */
  readonly rawHeaders: readonly string[];
}

/** Establishes who sends a request. */
export interface Authenticator {
  /**
   * @returns `anonymous` where nothing was presented.
   * @throws SporeError `SPORE_UNAUTHORIZED` for a credential that is not valid; nothing then says whether it ever was.
   */
  authenticate(presented: Presented, signal: AbortSignal): Promise<User>;
}
