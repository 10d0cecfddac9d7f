import type { User } from "../user.ts";

/** Who bears a token. */
export interface TokenIdentity {
  readonly user: User;
  /** For whom the token is meant, of those asked about. */
  readonly audiences: readonly string[];
}

/** Knows the bearers of one sort of token. */
export interface TokenAuthenticator {
  /**
   * @param audiences the token must be meant for at least one of them.
   * @returns undefined when the token is of another sort, or not valid; nothing says which.
   */
  authenticate(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined>;
}

/** What tokens for this server are meant for, and who signs those of service accounts; as kube-apiserver has it by default. */
export const apiAudience = "https://kubernetes.default.svc";

/** Where the credential that was used is told, for logs and for `auth whoami`. */
export const credentialIdExtra = "authentication.kubernetes.io/credential-id";
