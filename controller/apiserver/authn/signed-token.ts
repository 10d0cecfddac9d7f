import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** JSON Web Tokens (RFC 7519) in the one form that we make: compact, ES256, no other algorithm whatever a header says. */

const partMaxCharacters = 16 * 1024;
const encoding = { dsaEncoding: "ieee-p1363" } as const;

/** Signs, and knows what it signed. */
export class TokenSigner {
  readonly #key: KeyObject;
  readonly #public: KeyObject;
  readonly #keyId: string;

  /** @param key a private key on P-256. */
  constructor(key: KeyObject) {
    this.#key = key;
    this.#public = createPublicKey(key);
    this.#keyId = createHash("sha256")
      .update(this.#public.export({ type: "spki", format: "der" }))
      .digest("base64url");
  }

  sign(claims: JsonObject): string {
    const head = encoded({ alg: "ES256", kid: this.#keyId });
    const body = `${head}.${encoded(claims)}`;
    const signature = sign("sha256", Buffer.from(body), { key: this.#key, ...encoding });
    return `${body}.${signature.toString("base64url")}`;
  }

  /** What a token says, if it was signed here. Whether it still holds is another question. */
  verify(token: string): JsonObject | undefined {
    const [head = "", claims = "", signature = "", ...rest] = token.split(".");
    if (rest.length > 0 || token.length > partMaxCharacters) return undefined;
    const header = decoded(head);
    if (header?.alg !== "ES256" || header.kid !== this.#keyId) return undefined;
    const bytes = bytesIn(signature);
    if (bytes?.byteLength !== 64) return undefined;
    const key = { key: this.#public, ...encoding };
    return verify("sha256", Buffer.from(`${head}.${claims}`), key, bytes) ? decoded(claims) : undefined;
  }
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decoded(part: string): JsonObject | undefined {
  const bytes = bytesIn(part);
  if (bytes === undefined) return undefined;
  try {
    const value: JsonValue = JSON.parse(bytes.toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // what is no JSON is no token of ours
  }
}

/** Node.js passes over what is not base64url; two texts must not stand for one token. */
function bytesIn(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return part !== "" && bytes.toString("base64url") === part ? bytes : undefined;
}
