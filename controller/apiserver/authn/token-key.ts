import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SporeError } from "../../base/errors.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { writeFileAtomically } from "../../base/write-file-atomically.ts";

/** A fresh private key on P-256. */
export function newTokenKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/**
 * The key that signs tokens of service accounts; made at the first start, mode 0600.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when the file is there and is no such key.
 */
export async function openTokenKey(path: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(path, "utf8"));
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new TypeError("it is not on P-256");
    return key;
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return made(path);
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "move it away; spored then makes another, and every service account needs a new token";
    throw new SporeError("SPORE_DATA_DIR_UNUSABLE", `the key ${path} cannot be used: ${why}`, { hint }, { cause });
  }
}

async function made(path: string): Promise<KeyObject> {
  const key = newTokenKey();
  await writeFileAtomically(path, key.export({ type: "pkcs8", format: "pem" }));
  return key;
}
