import { administrator } from "../../apiserver/credentials.ts";
import { isSporeError } from "../../base/errors.ts";
import type { ClusterAccess } from "../../client/kubeconfig.ts";
import type { Io } from "../io.ts";
import { asAdministrator, withdraw } from "./role-bindings.ts";
import { openUserFiles } from "./user-files.ts";
import { checkUserName } from "./user-names.ts";

/** Takes back whatever was issued to a user, also certificates that nobody wrote down, and then their roles. */
export async function revokeUser(user: string, dataDir: string, io: Io): Promise<void> {
  if (user !== administrator) checkUserName(user);
  const { credentials, admin } = await openUserFiles(dataDir, io);
  const before = await credentials.users.records();
  const isTheirs = (one: { readonly user: string }) => one.user === user;
  // While their token still counts, where the user is the administrator.
  const roles = await withdrawn(admin, user, io);
  const atMs = io.clock.now();
  await credentials.users.change(({ tokens, certificates, revocations }) => ({
    tokens: tokens.filter((one) => !isTheirs(one)),
    certificates: certificates.filter((one) => !isTheirs(one)),
    revocations: [...revocations.filter((one) => !isTheirs(one)), { user, atMs }],
  }));
  const [tokens, certificates] = [before.tokens.filter(isTheirs).length, before.certificates.filter(isTheirs).length];
  io.out.write(
    `${user} is revoked: ${counted(tokens, "token")}, ${counted(certificates, "certificate")}, ${counted(roles, "role binding")}\n`,
  );
  if (user === administrator) io.err.write("the next start of spored makes a new admin.kubeconfig\n");
}

/** Credentials go even while the server is away; roles are objects, and stay until somebody can delete them. */
async function withdrawn(admin: ClusterAccess, user: string, io: Io): Promise<number> {
  try {
    return await asAdministrator(admin, io, (client) => withdraw(client, user, io));
  } catch (error) {
    if (!isSporeError(error, "SPORE_UNAVAILABLE") && !isSporeError(error, "SPORE_UNAUTHORIZED")) throw error;
    io.err.write(
      `the server cannot be asked (${error.message}): role bindings of ${user} stay; revoke again while it runs\n`,
    );
    return 0;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
