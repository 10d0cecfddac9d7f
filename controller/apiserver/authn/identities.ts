import { SporeError } from "../../base/errors.ts";
import { anonymous, type User } from "../user.ts";
import type { Authenticator, Presented } from "./authenticator.ts";
import type { ClientCertificates } from "./client-certificates.ts";
import type { AccountToken, ServiceAccountTokens } from "./service-account-tokens.ts";
import { apiAudience, type TokenAuthenticator, type TokenIdentity } from "./token-authenticator.ts";

interface Parts {
  /** Undefined where nobody comes over TLS. */
  readonly certificates?: ClientCertificates;
  /** In the order in which they are asked. */
  readonly tokens: readonly TokenAuthenticator[];
  readonly accounts: ServiceAccountTokens;
}

/** Longer than any token that we make. */
const tokenMaxCharacters = 16 * 1024;

/** Establishes who sends a request, by certificate or token. */
export class Identities implements Authenticator {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * A certificate says who it is even where there is a token as well; a credential that is wrong is refused whatever else is shown.
   *
   * @returns `anonymous` for somebody who shows nothing.
   * @throws SporeError `SPORE_UNAUTHORIZED`, which does not say what is wrong.
   */
  async authenticate({ authorization, certificate }: Presented): Promise<User> {
    const byCertificate = certificate && (await this.#parts.certificates?.authenticate(certificate));
    if (certificate !== undefined && byCertificate === undefined) throw unauthorized();
    if (authorization === undefined) return byCertificate ?? anonymous;
    const token = /^Bearer +([^\s,]+) *$/i.exec(authorization)?.[1];
    const byToken = token === undefined ? undefined : await this.identify(token, [apiAudience]);
    if (byToken === undefined) throw unauthorized();
    return byCertificate ?? byToken.user;
  }

  /** Who bears a token that is meant for one of `audiences`; undefined when nobody does. */
  async identify(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    if (token.length > tokenMaxCharacters) return undefined;
    for (const authenticator of [...this.#parts.tokens, this.#parts.accounts]) {
      const identity = await authenticator.authenticate(token, audiences);
      if (identity !== undefined) return identity;
    }
    return undefined;
  }

  /** A token for a service account. */
  issue(token: AccountToken): string {
    return this.#parts.accounts.issue(token);
  }
}

/** The refusal of somebody who did not say, or could not prove, who they are. It does not say which. */
export function unauthorized(): SporeError {
  return new SporeError("SPORE_UNAUTHORIZED", "Unauthorized");
}
