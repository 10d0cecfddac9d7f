import { createHmac } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../base/json.ts";

/** The configuration key that holds a device's token. */
export const tokenKey = "ota_token";

/**
 * The keyed hash by which our firmware proves its configuration (`firmware/spore/README.md`): the first 8 hex digits of HMAC-SHA-256 over the
 * canonical configuration without `ota_token` and `labels`, keyed with the token.
 *
 * @param values what the device holds, secrets in clear.
 */
export function configHash(values: Readonly<Record<string, JsonValue>>, token: string): string {
  const covered = Object.entries(values).filter(([key]) => key !== tokenKey && key !== "labels");
  const text = canonicalJson(Object.fromEntries(covered));
  return createHmac("sha256", token).update(text).digest("hex").slice(0, 8);
}
