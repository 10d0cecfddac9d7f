import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { SporeError } from "../../base/errors.ts";
import { findKubeconfig } from "../../client/find-kubeconfig.ts";
import { type ClusterAccess, readKubeconfig } from "../../client/kubeconfig.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "./global-options.ts";

/**
 * The server that is meant and how to get in: what the kubeconfig says, and above it what was typed.
 *
 * @throws SporeError `SPORE_USAGE` with a hint when there is no server, or a file cannot be read.
 */
export async function accessFor(options: GlobalOptions, io: Io): Promise<ClusterAccess> {
  const { paths, notice } = findKubeconfig(options.kubeconfig, io.env);
  if (notice !== undefined) io.err.write(`${notice}\n`);
  const { context, cluster, server, token, tlsServerName } = options;
  const user = "user" in options && typeof options.user === "string" ? options.user : undefined; // a list of `create`
  const isAlone = server !== undefined && !paths.some((path) => existsSync(path));
  const written = isAlone ? alone : await readKubeconfig(paths, { context, cluster, user });
  const ca = await fileNamed(options.certificateAuthority, "--certificate-authority");
  const clientCertificate = await fileNamed(options.clientCertificate, "--client-certificate");
  const clientKey = await fileNamed(options.clientKey, "--client-key");
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    throw usage("--client-certificate and --client-key belong together", "say both");
  }
  return {
    ...(token === undefined ? written : withoutCredentials(written)),
    ...(server !== undefined && { server: urlOf(server) }),
    ...(token !== undefined && { token }),
    ...(ca !== undefined && { ca }),
    ...(clientCertificate !== undefined && clientKey !== undefined && { clientCertificate, clientKey }),
    ...(options.insecureSkipTlsVerify === true && { insecureSkipTlsVerify: true }),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...impersonation(options),
  };
}

/** Before anything is said. */
const alone: ClusterAccess = { server: "", namespace: "default", context: "" };

function withoutCredentials(access: ClusterAccess): ClusterAccess {
  const { token: _token, tokenFile: _file, basic: _basic, clientCertificate: _c, clientKey: _k, ...rest } = access;
  return rest;
}

function impersonation({ as, asUid, asGroup = [] }: GlobalOptions): Pick<ClusterAccess, "impersonate"> {
  if (as !== undefined)
    return { impersonate: { user: as, groups: asGroup, ...(asUid !== undefined && { uid: asUid }) } };
  if (asUid === undefined && asGroup.length === 0) return {};
  throw usage("requesting uid or groups without a user to impersonate", "say --as USER as well");
}

async function fileNamed(path: string | undefined, flag: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SporeError(
      "SPORE_USAGE",
      `${flag} ${path} cannot be read`,
      { hint: "Check path and permissions." },
      { cause: error },
    );
  }
}

function urlOf(text: string): string {
  const url = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (URL.canParse(url)) return url.replace(/\/+$/, "");
  throw usage(`--server ${text} is no address`, "write it as https://127.0.0.1:7443");
}

function usage(message: string, hint: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
