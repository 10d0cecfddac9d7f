import type { UserDirectory } from "../../apiserver/authn/user-directory.ts";
import type { Credentials } from "../../apiserver/credentials.ts";
import { SporeError } from "../../base/errors.ts";
import { parseGoDuration } from "../../base/go-duration.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { writeFileAtomically } from "../../base/write-file-atomically.ts";
import type { ClusterAccess } from "../../client/kubeconfig.ts";
import type { Io } from "../io.ts";
import { asAdministrator, grant } from "./role-bindings.ts";
import { openUserFiles } from "./user-files.ts";
import { checkGroups, checkUserName } from "./user-names.ts";

export interface AddOptions {
  readonly dataDir: string;
  readonly group: readonly string[];
  readonly role: readonly string[];
  readonly namespace?: string;
  readonly token?: boolean;
  readonly certificate?: boolean;
  /** A Go duration. */
  readonly ttl?: string;
  readonly server?: string;
  readonly output?: string;
}

const dayMs = 86_400_000;
const certificateDefaultMs = 365 * dayMs;
const ttlMinMs = 60_000;
const ttlMaxMs = 3650 * dayMs;

/** Makes a credential for a user and writes a kubeconfig with it; the credential appears nowhere else. */
export async function addUser(name: string, options: AddOptions, io: Io): Promise<void> {
  checkUserName(name);
  checkGroups(options.group);
  if (options.token && options.certificate) {
    throw new SporeError("SPORE_USAGE", "--token and --certificate exclude each other");
  }
  if (options.namespace !== undefined && options.role.length === 0) {
    throw new SporeError("SPORE_USAGE", "--namespace says where roles hold, and no --role is given");
  }
  const ttlMs = ttlIn(options.ttl);
  const server = serverIn(options.server);
  const { credentials, admin } = await openUserFiles(options.dataDir, io);
  // First what can fail: nobody is to get in who does not have what was meant for them.
  if (options.role.length > 0) {
    const { role: roles, namespace } = options;
    const given = { user: name, roles, ...(namespace === undefined ? {} : { namespace }) };
    await asAdministrator(admin, io, (client) => grant(client, given, io));
  }
  const user = options.certificate
    ? await certificateFor(name, options.group, ttlMs, credentials, io)
    : await tokenFor(name, options.group, ttlMs, credentials.users, io);
  const access = { ...admin, ...server };
  const text = kubeconfigText(name, user, access, options.namespace);
  if (options.output === undefined) io.out.write(text);
  else await writeKubeconfig(options.output, text, io);
  const isLocal = /^https:\/\/(127\.|localhost|\[::1\])/.test(access.server);
  if (isLocal && options.server === undefined) {
    io.err.write(
      `it names ${access.server}, which leads nowhere from other machines; --server gives them another way in\n`,
    );
  }
}

async function tokenFor(
  name: string,
  groups: readonly string[],
  ttlMs: number | undefined,
  users: UserDirectory,
  { clock }: Io,
) {
  return { token: await users.addToken(name, groups, ttlMs === undefined ? undefined : clock.now() + ttlMs) };
}

async function certificateFor(
  user: string,
  groups: readonly string[],
  ttlMs: number | undefined,
  { authority, users }: Credentials,
  { clock }: Io,
) {
  const { revocations } = await users.records();
  const revokedAtMs = Math.max(0, ...revocations.filter((one) => one.user === user).map(({ atMs }) => atMs));
  // Certificates count in seconds, and this one must be younger than the revocation.
  const notBeforeMs = (Math.floor(revokedAtMs / 1000) + 1) * 1000;
  const made = await authority.issueClient({ user, groups, notBeforeMs }, ttlMs ?? certificateDefaultMs);
  const record = { serial: made.serial, user, groups, createdAtMs: clock.now(), expiresAtMs: made.notAfterMs };
  await users.change((records) => ({ ...records, certificates: [...records.certificates, record] }));
  return { "client-certificate-data": base64(made.certificate), "client-key-data": base64(made.key) };
}

/** JSON is YAML, and needs no YAML writer. */
function kubeconfigText(
  name: string,
  user: Readonly<Record<string, string>>,
  { server, ca = "" }: ClusterAccess,
  namespace = "default",
): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "spore", cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [{ name, user }],
    contexts: [{ name: "spore", context: { cluster: "spore", user: name, namespace } }],
    "current-context": "spore",
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

async function writeKubeconfig(path: string, text: string, io: Io): Promise<void> {
  try {
    await writeFileAtomically(path, text);
  } catch (cause) {
    const why = systemErrorCode(cause) ?? String(cause);
    const hint = "the credential was made and is lost: revoke the user, and add them again";
    throw new SporeError("SPORE_USAGE", `${path} cannot be written (${why})`, { hint }, { cause });
  }
  io.err.write(`${path} was written; whoever has it gets in\n`);
}

function ttlIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ttlMs = parseGoDuration(text);
  if (ttlMs !== undefined && ttlMs >= ttlMinMs && ttlMs <= ttlMaxMs) return ttlMs;
  throw new SporeError(
    "SPORE_USAGE",
    `--ttl ${JSON.stringify(text)}: must be a duration from 1m to 87600h, such as 720h`,
  );
}

function serverIn(text: string | undefined): { readonly server?: string } {
  if (text === undefined) return {};
  if (/^https:\/\/[^/\s]+\/?$/.test(text)) return { server: text.replace(/\/$/, "") };
  throw new SporeError("SPORE_USAGE", `--server ${JSON.stringify(text)}: must be a URL such as https://192.0.2.7:7443`);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
