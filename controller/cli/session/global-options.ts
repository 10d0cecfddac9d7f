import { Option, type Command as Parser } from "commander";

/** What can be said to every verb that asks a server. */
export interface GlobalOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly cluster?: string;
  readonly server?: string;
  readonly token?: string;
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroup?: readonly string[];
  readonly requestTimeout?: string;
  /** Above 5: each request is shown. */
  readonly verbosity?: string;
  readonly color?: string;
}

/** Flags, what they mean, and whether the help of each verb shows them; the others stand in `sporectl options`. */
export const globalFlags: readonly (readonly [flags: string, meaning: string, isCommon?: boolean])[] = [
  ["--kubeconfig <file>", "where the server and your credentials are written down", true],
  ["--context <name>", "the context of that file", true],
  ["-n, --namespace <name>", "the namespace; default: that of the context, or `default`", true],
  ["--cluster <name>", "the cluster of that file, instead of the context's"],
  ["--user <name>", "the user of that file, instead of the context's"],
  ["-s, --server <url>", "the server, such as https://127.0.0.1:7443"],
  ["--token <token>", "a bearer token"],
  ["--certificate-authority <file>", "the authority that has signed the server's certificate, PEM"],
  ["--insecure-skip-tls-verify", "believe any server, which makes your credentials unsafe"],
  ["--tls-server-name <name>", "the name in the server's certificate, where it is not that of the URL"],
  ["--client-certificate <file>", "a client certificate, PEM"],
  ["--client-key <file>", "the key of that certificate, PEM"],
  ["--as <user>", "act as somebody else"],
  ["--as-uid <uid>", "the uid to act as"],
  ["--as-group <group>", "a group to act as; may be given again"],
  ["--request-timeout <duration>", "how long one request may take, such as 5s; 0: 60s"],
  ["-v, --verbosity <level>", "6 and above: show each request on standard error"],
  ["--color <when>", "auto, always or never; NO_COLOR means never, too"],
];

/** Verbs to which a flag means something else. */
const ownMeanings: Readonly<Record<string, string>> = { create: "--user" };

/** Adds them to the program, where every verb finds them. */
export function addGlobalOptions(program: Parser, verb: string | undefined): Parser {
  for (const [flags, meaning, isCommon = false] of globalFlags) {
    if (verb !== undefined && flags.split(" ")[0] === ownMeanings[verb]) continue;
    const option = new Option(flags, meaning).hideHelp(!isCommon);
    if (flags.startsWith("--as-group")) {
      option.argParser((group: string, before: readonly string[] = []) => [...before, group]);
    }
    program.addOption(option);
  }
  return program;
}

/** Whether the word behind `flag` is its value. */
export function takesValue(flag: string): boolean {
  return globalFlags.some(([flags]) => flags.includes("<") && flags.split(/[ ,]+/).includes(flag));
}
