import type { KeyObject } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Random } from "../../base/random.ts";
import type { Store } from "../../store/store.ts";
import { isDeleting, metadataOf, objectIn, textIn, textsIn } from "../object-meta.ts";
import { generateUid } from "../random-names.ts";
import { authenticatedGroup, type User } from "../user.ts";
import { TokenSigner } from "./signed-token.ts";
import { apiAudience, credentialIdExtra, type TokenAuthenticator, type TokenIdentity } from "./token-authenticator.ts";

/** An object that a token stands and falls with. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** What a token is to say. */
export interface AccountToken {
  readonly namespace: string;
  readonly account: BoundObject;
  /** A Secret whose deletion ends the token. */
  readonly secret?: BoundObject;
  readonly audiences: readonly string[];
  readonly expiresAtMs: number;
}

interface Parts {
  readonly key: KeyObject;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** Under which claim Kubernetes keeps what is its own. */
const ownClaim = "kubernetes.io";
const decoder = new TextDecoder();

/** The tokens of ServiceAccounts: signed, expiring, and worth nothing once the account they were made for is gone, even if one of that name comes again. */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly #signer: TokenSigner;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#signer = new TokenSigner(parts.key);
  }

  issue({ namespace, account, secret, audiences, expiresAtMs }: AccountToken): string {
    const { clock, random } = this.#parts;
    const nowSeconds = Math.floor(clock.now() / 1000);
    const bound = { ...(secret && { secret: { ...secret } }), serviceaccount: { ...account } };
    return this.#signer.sign({
      iss: apiAudience,
      sub: userName(namespace, account.name),
      aud: [...audiences],
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: Math.floor(expiresAtMs / 1000),
      jti: generateUid(random),
      [ownClaim]: { namespace, ...bound },
    });
  }

  async authenticate(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    const claims = this.#signer.verify(token);
    if (claims === undefined || claims.iss !== apiAudience || !this.#isTimely(claims)) return undefined;
    const meant = textsIn(claims, "aud").filter((audience) => audiences.includes(audience));
    if (meant.length === 0) return undefined;
    const own = objectIn(claims, ownClaim);
    const [namespace, account] = [textIn(own, "namespace"), objectIn(own, "serviceaccount")];
    const [name, uid] = [textIn(account, "name"), textIn(account, "uid")];
    if (claims.sub !== userName(namespace, name)) return undefined;
    if (!(await this.#isThere("serviceaccounts", namespace, { name, uid }))) return undefined;
    const secret = objectIn(own, "secret");
    const bound = { name: textIn(secret, "name"), uid: textIn(secret, "uid") };
    if (bound.name !== "" && !(await this.#isThere("secrets", namespace, bound))) return undefined;
    const extra = { [credentialIdExtra]: [`JTI=${textIn(claims, "jti")}`] };
    return { user: { ...serviceAccountUser(namespace, name), uid, extra }, audiences: meant };
  }

  #isTimely({ nbf, exp }: JsonObject): boolean {
    const nowSeconds = this.#parts.clock.now() / 1000;
    return typeof nbf === "number" && typeof exp === "number" && nbf <= nowSeconds && nowSeconds < exp;
  }

  async #isThere(plural: string, namespace: string, { name, uid }: BoundObject): Promise<boolean> {
    const entry = await this.#parts.store.get(`/registry/core/${plural}/${namespace}/${name}`);
    if (entry === undefined) return false;
    const object: JsonValue = JSON.parse(decoder.decode(entry.value));
    return isJsonObject(object) && uid !== "" && textIn(metadataOf(object), "uid") === uid && !isDeleting(object);
  }
}

/** Who a service account is when it asks for something. */
export function serviceAccountUser(namespace: string, name: string): User {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, authenticatedGroup];
  return { name: userName(namespace, name), groups };
}

/** The namespace and name in a user name; undefined when it is not that of a service account. */
export function serviceAccountIn(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function userName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
