import { timestamp } from "../../base/timestamp.ts";
import type { Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import { openUserFiles } from "./user-files.ts";

/** Shows who has which credential, and for how long; the newest last. */
export async function listUsers(dataDir: string, io: Io): Promise<void> {
  const { credentials } = await openUserFiles(dataDir, io);
  const { tokens, certificates } = await credentials.users.records();
  const now = io.clock.now();
  const rows = [
    ...tokens.map((token) => ({ ...token, credential: "token" })),
    ...certificates.map((certificate) => ({ ...certificate, credential: "certificate" })),
  ]
    .filter(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > now)
    .sort((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0))
    .map(({ user, groups, credential, createdAtMs, expiresAtMs }) => [
      user,
      groups.length === 0 ? "<none>" : groups.join(","),
      credential,
      timeText(createdAtMs, "<unknown>"),
      timeText(expiresAtMs, "never"),
    ]);
  io.out.write(columns([["USER", "GROUPS", "CREDENTIAL", "CREATED", "EXPIRES"], ...rows]));
}

function timeText(timeMs: number | undefined, otherwise: string): string {
  return timeMs === undefined ? otherwise : timestamp(timeMs);
}
