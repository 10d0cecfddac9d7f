import { existsSync } from "node:fs";
import { join } from "node:path";
import { adminKubeconfigIn, type Credentials, openCredentials } from "../../apiserver/credentials.ts";
import { SporeError } from "../../base/errors.ts";
import { silentLogger } from "../../base/log.ts";
import { type ClusterAccess, readKubeconfig } from "../../client/kubeconfig.ts";
import type { Io } from "../io.ts";

/** What a data directory knows, and how its server is reached. */
export interface UserFiles {
  readonly credentials: Credentials;
  readonly admin: ClusterAccess;
}

/**
 * Opens the data directory of a server that was started at least once; nothing is made.
 *
 * @throws SporeError `SPORE_USAGE` when there is none, `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function openUserFiles(dataDir: string, { clock }: Io): Promise<UserFiles> {
  const kubeconfig = adminKubeconfigIn(dataDir);
  if (!existsSync(join(dataDir, "pki", "ca.crt")) || !existsSync(kubeconfig)) {
    const hint = "start spored on it once, or name its directory with --data-dir";
    throw new SporeError("SPORE_USAGE", `${dataDir} is not the data directory of a spored`, { hint });
  }
  const credentials = await openCredentials({ dataDir, clock, log: silentLogger });
  return { credentials, admin: await readKubeconfig([kubeconfig]) };
}
