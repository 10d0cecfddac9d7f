import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { readAdminToken, writeAdminKubeconfig } from "./admin-kubeconfig.ts";
import type { Authenticator } from "./authn/authenticator.ts";
import { type CertificateAuthority, openCertificateAuthority } from "./certificate-authority.ts";
import { Tokens } from "./tokens.ts";
import { mastersGroup } from "./user.ts";

/** What a data directory knows of identities: who the server is, and who its users are. */
export interface Credentials {
  readonly authority: CertificateAuthority;
  readonly authenticator: Authenticator;
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

/**
 * Opens the credentials of a data directory, and makes them at the first start: a certificate authority under `pki/` and hashed tokens in `tokens.json`.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function openCredentials({ dataDir, clock, log }: CredentialsOptions): Promise<Credentials> {
  const authority = await openCertificateAuthority(join(dataDir, "pki"), clock);
  const tokens = await Tokens.open(join(dataDir, "tokens.json"));
  const path = join(dataDir, "admin.kubeconfig");
  return {
    authority,
    authenticator: { authenticate: async ({ authorization }) => tokens.authenticate(authorization) },
    async writeAdminKubeconfig(url) {
      const kept = await readAdminToken(path);
      const isValid = kept !== undefined && tokens.find(kept)?.groups.includes(mastersGroup) === true;
      if (!isValid) log.info({ path }, "a new token for the administrator was made");
      const token = isValid ? kept : await tokens.renew("admin", [mastersGroup]);
      await writeAdminKubeconfig(path, { server: url, authority: authority.certificate, token });
      return path;
    },
  };
}
