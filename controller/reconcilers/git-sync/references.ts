import { Secret } from "../../api/core-kinds.ts";
import type { GitSync } from "../../api/git-sync.ts";
import { ServiceAccount } from "../../api/identity-kinds.ts";
import { keyText } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import type { Reader } from "../../client/client.ts";
import type { GitCredentials } from "../../wires/git/git-environment.ts";

/** @throws SporeError `SPORE_NOT_FOUND` when there is no such ServiceAccount: with it went what it was allowed, whatever the bindings say. */
export async function refuseMissingAccount(
  { metadata, spec }: GitSync,
  reader: Reader,
  signal: AbortSignal,
): Promise<void> {
  if (spec.serviceAccountName === undefined) return;
  const key = { namespace: metadata.namespace ?? "", name: spec.serviceAccountName };
  if ((await reader.get(ServiceAccount, key, signal)) !== undefined) return;
  throw new SporeError(
    "SPORE_NOT_FOUND",
    `there is no ServiceAccount ${keyText(key)}, which spec.serviceAccountName names`,
  );
}

/**
 * What the repository's server wants to see.
 *
 * @throws SporeError `SPORE_NOT_FOUND` when there is no such Secret.
 */
export async function credentialsOf(
  { metadata, spec }: GitSync,
  reader: Reader,
  signal: AbortSignal,
): Promise<GitCredentials> {
  if (spec.secretRef === undefined) return {};
  const key = { namespace: metadata.namespace ?? "", name: spec.secretRef.name };
  const secret = await reader.get(Secret, key, signal);
  if (secret === undefined) {
    throw new SporeError("SPORE_NOT_FOUND", `there is no Secret ${keyText(key)}, which spec.secretRef names`);
  }
  const value = (name: string) => {
    const text = secret.data?.[name];
    return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
  };
  const [username, password, authorities] = [value("username"), value("password"), value("ca.crt")];
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(authorities !== undefined && { authorities }),
  };
}
