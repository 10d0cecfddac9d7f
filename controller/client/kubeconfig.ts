import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { execCredential } from "./exec-credential.ts";

/** A server, and how to get in. */
export interface ClusterAccess {
  /** URL without a trailing slash. */
  readonly server: string;
  /** PEM. Without it, the authorities that Node.js knows. */
  readonly ca?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name that the server's certificate must have, where it is not that of the URL. */
  readonly tlsServerName?: string;
  readonly token?: string;
  /** Where the token came from, when that is a file: it may be replaced there. */
  readonly tokenFile?: string;
  /** PEM, both or neither. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** Name and password, where there is no token. */
  readonly basic?: { readonly username: string; readonly password: string };
  /** Whom to act as, by the right of the user above. */
  readonly impersonate?: Impersonation;
  /** Where commands look when no namespace is given. */
  readonly namespace: string;
  /** The context's name. */
  readonly context: string;
}

/** Somebody else, as whom requests are made. */
export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** Which entries count, where those of the current context do not. */
export interface EntryChoice {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
}

/**
 * Reads a context of a kubeconfig (`v1`, as kubectl's). Of several files the first that has a current context, a cluster, a user or a
 * context of some name counts; files that do not exist are passed over, as kubectl does with `$KUBECONFIG`.
 *
 * @param choice the name of a context, or of entries that replace those of the context. Default: the current context.
 * @throws SporeError `SPORE_USAGE`, which names the file and the entry, and never shows a credential.
 */
export async function readKubeconfig(
  paths: readonly string[],
  choice: string | EntryChoice = {},
): Promise<ClusterAccess> {
  const chosen = typeof choice === "string" ? { context: choice } : choice;
  const files = (await Promise.all(paths.map(readConfigFile))).filter((file) => file !== undefined);
  const shown = paths.join(":");
  if (files.length === 0) throw usage(`there is no kubeconfig at ${shown}`, hints.missing);
  const current = files.map(({ config }) => textOf(config["current-context"])).find((name) => name !== undefined);
  const name = chosen.context ?? current;
  if (name === undefined) throw usage(`the kubeconfig ${shown} has no current-context`, "Name one with --context.");
  const context = entryOf(files, "contexts", "context", name, shown);
  const cluster = entryOf(files, "clusters", "cluster", chosen.cluster ?? required(context, "cluster"), shown);
  const user = chosen.user ?? textOf(context.value.user);
  return {
    ...(await clusterAccess(cluster)),
    ...(user === undefined ? {} : await userAccess(entryOf(files, "users", "user", user, shown))),
    namespace: textOf(context.value.namespace) ?? "default",
    context: name,
  };
}

interface ConfigFile {
  readonly path: string;
  readonly config: JsonObject;
}

/** One named entry, and the file it stands in: paths in it are relative to that. */
interface Entry {
  readonly path: string;
  /** For errors: `cluster "lab"`. */
  readonly title: string;
  readonly value: JsonObject;
}

const hints = {
  missing: "Start spored, which writes admin.kubeconfig into its data directory, or name a file with --kubeconfig.",
  credentials: "Use a token or a client certificate; `kubectl create token` makes one.",
};

async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw usage(`the kubeconfig ${path} cannot be read`, "Check its permissions.", error);
  }
  let config: JsonValue;
  try {
    config = await parseConfig(text);
  } catch (error) {
    throw usage(`the kubeconfig ${path} is not YAML`, "Compare it with one that spored wrote.", withoutExcerpt(error));
  }
  if (!isJsonObject(config)) throw usage(`the kubeconfig ${path} is not a YAML mapping`, hints.missing);
  return { path, config };
}

/** Loading the YAML parser takes a third of a short command's time, and JSON, as spored writes it, does without. */
async function parseConfig(text: string): Promise<JsonValue> {
  if (text.startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // a YAML flow mapping begins like this, too
    }
  }
  const { parse } = await import("yaml");
  return parse(text);
}

/** The message of a YAML error shows the line, and there may be a token in it. */
function withoutExcerpt(error: unknown): Error {
  const [position = "syntax error"] = error instanceof Error ? error.message.split(":\n") : [];
  return new SporeError("SPORE_USAGE", position);
}

function entryOf(files: readonly ConfigFile[], list: string, field: string, name: string, shown: string): Entry {
  for (const { path, config } of files) {
    const entries = config[list];
    const entry = Array.isArray(entries) ? entries.filter(isJsonObject).find((one) => one.name === name) : undefined;
    const value = entry?.[field];
    if (isJsonObject(value)) return { path, title: `${field} ${JSON.stringify(name)}`, value };
  }
  throw usage(`the kubeconfig ${shown} has no ${field} ${JSON.stringify(name)}`, `Look at ${list} in it.`);
}

async function clusterAccess(entry: Entry): Promise<Pick<ClusterAccess, "server" | "ca" | "tlsServerName">> {
  const server = required(entry, "server").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(server)) {
    throw usage(
      `${entry.title} in ${entry.path}: server ${JSON.stringify(server)} is no http or https URL`,
      "Mend it.",
    );
  }
  const ca = await dataOf(entry, "certificate-authority");
  const tlsServerName = textOf(entry.value["tls-server-name"]);
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(entry.value["insecure-skip-tls-verify"] === true && { insecureSkipTlsVerify: true }),
    ...(tlsServerName !== undefined && { tlsServerName }),
  };
}

async function userAccess(entry: Entry): Promise<Omit<ClusterAccess, "server" | "namespace" | "context">> {
  if ("auth-provider" in entry.value) {
    throw usage(`${entry.title} in ${entry.path}: auth-provider is not supported`, hints.credentials);
  }
  const { exec } = entry.value;
  if (isJsonObject(exec))
    return { ...(await execCredential(exec, `${entry.title} in ${entry.path}`)), ...impersonation(entry) };
  const written = textOf(entry.value.token);
  const token = written ?? (await fileOf(entry, "tokenFile"))?.trim();
  const tokenFile = textOf(entry.value.tokenFile);
  const clientCertificate = await dataOf(entry, "client-certificate");
  const clientKey = await dataOf(entry, "client-key");
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    const title = `${entry.title} in ${entry.path}`;
    throw usage(`${title}: client-certificate and client-key belong together, and one is missing`, hints.credentials);
  }
  return {
    ...(token !== undefined && { token }),
    ...(written === undefined && tokenFile !== undefined && { tokenFile: resolve(dirname(entry.path), tokenFile) }),
    ...(clientCertificate !== undefined && clientKey !== undefined && { clientCertificate, clientKey }),
    ...basicAuthentication(entry),
    ...impersonation(entry),
  };
}

function basicAuthentication({ value }: Entry): Pick<ClusterAccess, "basic"> {
  const username = textOf(value.username);
  return username === undefined ? {} : { basic: { username, password: textOf(value.password) ?? "" } };
}

function impersonation({ value }: Entry): Pick<ClusterAccess, "impersonate"> {
  const user = textOf(value.as);
  if (user === undefined) return {};
  const uid = textOf(value["as-uid"]);
  const groups = Array.isArray(value["as-groups"]) ? value["as-groups"].map(String) : [];
  return { impersonate: { user, groups, ...(uid !== undefined && { uid }) } };
}

/** `<field>-data` in base64, or else the file that `<field>` names. */
async function dataOf(entry: Entry, field: string): Promise<string | undefined> {
  const data = textOf(entry.value[`${field}-data`]);
  return data === undefined ? await fileOf(entry, field) : Buffer.from(data, "base64").toString("utf8");
}

async function fileOf(entry: Entry, field: string): Promise<string | undefined> {
  const name = textOf(entry.value[field]);
  if (name === undefined) return undefined;
  const path = resolve(dirname(entry.path), name);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw usage(
      `${entry.title} in ${entry.path}: ${field} ${path} cannot be read`,
      "Check path and permissions.",
      error,
    );
  }
}

function required(entry: Entry, field: string): string {
  const text = textOf(entry.value[field]);
  if (text === undefined) throw usage(`${entry.title} in ${entry.path} has no ${field}`, "Add it.");
  return text;
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function usage(message: string, hint: string, cause?: unknown): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint }, { cause });
}
