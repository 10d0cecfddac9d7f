import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { systemErrorCode } from "../base/system-error-code.ts";
import { writeFileAtomically } from "../base/write-file-atomically.ts";

/** Everything that a client needs to administrate one server. */
export interface AdminAccess {
  /** URL of the API. */
  readonly server: string;
  /** PEM of the authority to trust. */
  readonly authority: string;
  readonly token: string;
}

const name = "spore";

/**
 * Writes a kubeconfig (`v1`, as kubectl reads it) that only its owner can read. Leaves the file alone when it says the same already. The text is
 * JSON, which is YAML as well: a command line that reads it need not load a YAML parser first.
 */
export async function writeAdminKubeconfig(path: string, { server, authority, token }: AdminAccess): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name, context: { cluster: name, user: "admin", namespace: "default" } }],
    "current-context": name,
  };
  const text = `${JSON.stringify(config, undefined, 2)}\n`;
  if ((await readText(path)) !== text) await writeFileAtomically(path, text);
}

/** The token in a kubeconfig that `writeAdminKubeconfig` wrote; undefined when there is none. */
export async function readAdminToken(path: string): Promise<string | undefined> {
  const config: unknown = parseOrNothing((await readText(path)) ?? "");
  const users = fieldOf(config, "users");
  const token = fieldOf(fieldOf(Array.isArray(users) ? users[0] : undefined, "user"), "token");
  return typeof token === "string" ? token : undefined;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parseOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // somebody edited it; it is written anew
  }
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(field) : undefined;
}
