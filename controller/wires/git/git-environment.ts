import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../../base/write-file-atomically.ts";
import type { RepositoryUrl } from "./repository-url.ts";

/** What a server wants to see before it gives a repository away. */
export interface GitCredentials {
  readonly username?: string;
  readonly password?: string;
  /** Certificates, PEM, of the authorities to believe instead of the machine's. */
  readonly authorities?: string;
}

/** Of this process's own variables these only: where programs are, and how the network is reached. */
const inherited = ["PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/**
 * Writes git's configuration into `directory` and gives the environment in which git knows nothing else: no configuration of the machine or of a user, no
 * hooks, prompts, helpers, filters, submodules or redirects, and no protocol but `file` and `https`.
 *
 * @param directory kept by nobody else; mode 0700.
 */
export async function gitEnvironment(
  directory: string,
  url: RepositoryUrl,
  credentials: GitCredentials,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const configuration = join(directory, "gitconfig");
  const authorities = join(directory, "authorities.pem");
  const hasAuthorities = credentials.authorities !== undefined;
  if (hasAuthorities) await writeFileAtomically(authorities, credentials.authorities, 0o600);
  await writeFileAtomically(configuration, configurationText(url, hasAuthorities ? authorities : undefined), 0o600);
  const own = Object.fromEntries(inherited.flatMap((name) => present(name, process.env[name])));
  return {
    ...own,
    HOME: directory,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: configuration,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_ALLOW_PROTOCOL: "file:https",
    ...authorization(credentials),
  };
}

function configurationText(url: RepositoryUrl, authorities: string | undefined): string {
  const lines = [
    "[core]",
    "hooksPath = /dev/null",
    "fsmonitor = false",
    "askPass =",
    "[credential]",
    "helper =",
    "[protocol]",
    "allow = never",
    '[protocol "file"]',
    "allow = always",
    '[protocol "https"]',
    "allow = always",
    "[transfer]",
    "fsckObjects = true",
    "[fetch]",
    "unpackLimit = 1", // always one pack, so that the limit of a file's size is the limit of a fetch
    "recurseSubmodules = false",
    "[gc]",
    "auto = 0",
    "[maintenance]",
    "auto = false",
    "[http]",
    "followRedirects = false", // an address that was judged must not lead to another
    "lowSpeedLimit = 1000",
    "lowSpeedTime = 20",
    ...(authorities === undefined ? [] : [`sslCAInfo = ${quoted(authorities)}`]),
    "[safe]",
    // The operator named this repository; that it belongs to another user of the machine is no reason to refuse it.
    ...(url.transport === "file" ? safePaths(url) : []),
  ];
  return `${lines.join("\n")}\n`;
}

function safePaths(url: RepositoryUrl): readonly string[] {
  const path = fileURLToPath(url.text).replace(/\/+$/, "");
  return [path, `${path}/.git`].map((each) => `directory = ${quoted(each)}`);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

/** In the environment and not among the arguments, which every user of the machine can read. */
function authorization({ username, password }: GitCredentials): Readonly<Record<string, string>> {
  if (username === undefined && password === undefined) return {};
  const basic = Buffer.from(`${username ?? "git"}:${password ?? ""}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

function present(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}
