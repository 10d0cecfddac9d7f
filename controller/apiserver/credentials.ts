import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Store } from "../store/store.ts";
import { readAdminToken, writeAdminKubeconfig } from "./admin-kubeconfig.ts";
import { ClientCertificates } from "./authn/client-certificates.ts";
import { Identities } from "./authn/identities.ts";
import { ServiceAccountTokens } from "./authn/service-account-tokens.ts";
import { apiAudience } from "./authn/token-authenticator.ts";
import { openTokenKey } from "./authn/token-key.ts";
import { UserDirectory } from "./authn/user-directory.ts";
import { type CertificateAuthority, openCertificateAuthority } from "./certificate-authority.ts";
import { mastersGroup } from "./user.ts";

/** What a data directory knows of identities: who the server is, and who its users are. */
export interface Credentials {
  readonly authority: CertificateAuthority;
  readonly users: UserDirectory;
  /** Everybody who can prove who they are: the users, and the service accounts in `store`. */
  identities(store: Store, random: Random): Identities;
  /**
   * Writes `admin.kubeconfig` (mode 0600) for a server at `url`; the token in it stays the same as long as the file is there.
   *
   * @returns its path.
   */
  writeAdminKubeconfig(url: string): Promise<string>;
}

export interface CredentialsOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The user whose token stands in `admin.kubeconfig`. */
export const administrator = "admin";

/** Where the administrator's kubeconfig lies in a data directory. */
export function adminKubeconfigIn(dataDir: string): string {
  return join(dataDir, "admin.kubeconfig");
}

/**
 * Opens the credentials of a data directory, and makes them at the first start: a certificate authority and the key for tokens of service accounts under
 * `pki/`, users and hashed tokens in `tokens.json`.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function openCredentials({ dataDir, clock, log }: CredentialsOptions): Promise<Credentials> {
  const authority = await openCertificateAuthority(join(dataDir, "pki"), clock);
  const key = await openTokenKey(join(dataDir, "pki", "service-accounts.key"));
  const users = await UserDirectory.open(join(dataDir, "tokens.json"), clock, log);
  const certificates = new ClientCertificates(authority.certificate, users, clock);
  return {
    authority,
    users,
    identities: (store, random) =>
      new Identities({
        certificates,
        tokens: [users],
        accounts: new ServiceAccountTokens({ key, store, clock, random }),
      }),
    async writeAdminKubeconfig(url) {
      const path = adminKubeconfigIn(dataDir);
      const kept = await readAdminToken(path);
      const bearer = kept === undefined ? undefined : await users.authenticate(kept, [apiAudience]);
      const isValid = bearer?.user.groups.includes(mastersGroup) === true;
      if (!isValid) log.info({ path }, "a new token for the administrator was made");
      const token = kept !== undefined && isValid ? kept : await renewed(users);
      await writeAdminKubeconfig(path, { server: url, authority: authority.certificate, token });
      return path;
    },
  };
}

/** A token for the administrator, in place of the one that was lost. */
async function renewed(users: UserDirectory): Promise<string> {
  await users.change((records) => ({
    ...records,
    tokens: records.tokens.filter(({ user }) => user !== administrator),
  }));
  return users.addToken(administrator, [mastersGroup]);
}
