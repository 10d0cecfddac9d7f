import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { parseDocument } from "yaml";
import { defaultDataDirectory } from "../base/data-directory.ts";
import { SporeError } from "../base/errors.ts";
import { parseGoDuration } from "../base/go-duration.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { checkTogether } from "./check-together.ts";
import {
  componentNames,
  flagOf,
  type OptionSpec,
  type SporedConfiguration,
  sporedOptions,
  variableOf,
} from "./spored-options.ts";
import { parseSyncArgument } from "./sync-argument.ts";

type Option = keyof SporedConfiguration;
type Values = Partial<Record<Option, string | readonly string[] | boolean>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: "run"; readonly configuration: SporedConfiguration }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

/**
 * Reads flags, the environment (`SPORED_…`) and the file named by `--config`; flags win over the environment, and that over the file.
 *
 * @param words the command line without the program's own name.
 * @throws SporeError `SPORE_USAGE`, which names the flag, variable or file and line, the value received and what would do.
 */
export function readConfiguration(words: readonly string[], environment: Environment): Invocation {
  const { values: flags, file } = fromFlags(words);
  if (file === "help" || file === "version") return { kind: file };
  const variables = fromEnvironment(environment);
  const written = file?.path === undefined ? {} : fromFile(file.path);
  const given = { ...written, ...variables, ...flags };
  const configuration = withDefaults(given, environment);
  checkTogether(configuration, new Set(Object.keys(given)));
  return { kind: "run", configuration };
}

function fromFlags(words: readonly string[]): {
  values: Values;
  file: { path?: string } | "help" | "version" | undefined;
} {
  const values: Record<string, string | string[] | boolean> = {};
  let path: string | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--help" || word === "-h") return { values: {}, file: "help" };
    if (word === "--version") return { values: {}, file: "version" };
    const [flag = "", attached] = splitOnce(word, "=");
    const option = optionOf(flag);
    if (option === undefined && flag !== "--config") throw unknownFlag(word);
    if (option !== undefined && sporedOptions[option].type === "switch") {
      values[option] = attached === undefined ? true : readSwitch(attached, flag);
      continue;
    }
    const value = attached ?? words[++index];
    if (value === undefined) throw new SporeError("SPORE_USAGE", `${flag} needs a value`);
    if (option === undefined) path = value;
    else put(values, option, value);
  }
  return { values: values as Values, file: path === undefined ? undefined : { path } };
}

function put(values: Record<string, string | string[] | boolean>, option: Option, value: string): void {
  const before = values[option];
  if (sporedOptions[option].type === "list") values[option] = [...(Array.isArray(before) ? before : []), value];
  else values[option] = value;
}

function fromEnvironment(environment: Environment): Values {
  const values: Record<string, string | string[] | boolean> = {};
  for (const [option, { type }] of Object.entries(sporedOptions)) {
    const text = environment[variableOf(option)];
    if (text === undefined || text === "") continue;
    if (type === "switch") values[option] = readSwitch(text, variableOf(option));
    else values[option] = type === "list" ? text.split(",") : text;
  }
  return values as Values;
}

/** A YAML document of kind `SporedConfiguration`, whose other keys are the options. */
function fromFile(path: string): Values {
  const problem = (message: string, cause?: unknown) =>
    new SporeError("SPORE_USAGE", `${path}: ${message}`, {}, { cause });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw problem(`cannot be read (${systemErrorCode(error)})`, error);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw problem(error.message.split("\n")[0] ?? "is not YAML", error);
  const { apiVersion, kind, ...rest } = (document.toJS() ?? {}) as Record<string, unknown>;
  if (kind !== "SporedConfiguration" || apiVersion !== "spore.dev/v1alpha1") {
    throw problem("must say `apiVersion: spore.dev/v1alpha1` and `kind: SporedConfiguration`");
  }
  for (const [key, value] of Object.entries(rest)) {
    if (!Object.hasOwn(sporedOptions, key))
      throw problem(`unknown key "${key}"; it may have ${Object.keys(sporedOptions).join(", ")}`);
    if (value === null || (typeof value === "object" && !Array.isArray(value)))
      throw problem(`${key} must be a value or a list`);
  }
  const values: Record<string, string | string[] | boolean> = {};
  for (const [option, { type }] of Object.entries(sporedOptions)) {
    const value = rest[option];
    if (value === undefined) continue;
    // YAML reads `yes` as a text.
    if (type === "switch") values[option] = readSwitch(String(value), `${path}: ${option}`);
    else values[option] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return values as Values;
}

function withDefaults(given: Values, environment: Environment): SporedConfiguration {
  const lan = given.lan === true;
  const text = (option: Option, fallback: string) => checked(option, given[option] ?? fallback);
  const list = (option: Option, fallback: readonly string[]) => lists(option, given[option] ?? fallback);
  const optional = (option: Option) => (given[option] === undefined ? undefined : text(option, ""));
  const discoveryBind = text("discoveryBind", lan ? "0.0.0.0" : "127.0.0.1");
  const loopback = discoveryBind.startsWith("127.");
  return {
    components: list("components", componentNames),
    kubeconfig: optional("kubeconfig"),
    context: optional("context"),
    namespace: optional("namespace"),
    installCrds: given.installCrds === true,
    leaderElect: given.leaderElect !== false,
    leaderElectLeaseDuration: text("leaderElectLeaseDuration", "15s"),
    leaderElectRenewDeadline: text("leaderElectRenewDeadline", "10s"),
    leaderElectRetryPeriod: text("leaderElectRetryPeriod", "2s"),
    advertiseAddress: optional("advertiseAddress"),
    dataDir: text("dataDir", defaultDataDirectory(environment)),
    apiBind: text("apiBind", "127.0.0.1"),
    apiPort: Number(text("apiPort", "7443")),
    gatewayPort: Number(text("gatewayPort", "3001")),
    udpPort: Number(text("udpPort", "4210")),
    discoveryBind,
    broadcast: text("broadcast", loopback ? "127.255.255.255" : "255.255.255.255"),
    lan,
    node: list("node", []),
    manifests: optional("manifests"),
    sync: optional("sync"),
    syncFiles: list("syncFiles", []),
    pruneAll: given.pruneAll === true,
    autoAdopt: list("autoAdopt", []),
    otaParallel: Number(text("otaParallel", "4")),
    tlsSan: list("tlsSan", []),
    logLevel: text("logLevel", "info"),
  };
}

function checked(option: Option, value: string | readonly string[] | boolean): string {
  const spec: OptionSpec = sporedOptions[option];
  const text = String(value);
  const refuse = (wanted: string) => new SporeError("SPORE_USAGE", `${flagOf(option)} "${text}": ${wanted}`);
  if (spec.type === "port" && !(/^\d{1,5}$/.test(text) && Number(text) <= 65535))
    throw refuse("a port is a number from 0 to 65535");
  if (option === "udpPort" && Number(text) === 0)
    throw refuse("nodes must know the port that they announce themselves on, so 0 makes no sense here");
  if (spec.type === "count" && !/^[1-9]\d{0,3}$/.test(text)) throw refuse("must be a number from 1 to 9999");
  if (spec.type === "address" && !isIPv4(text)) throw refuse("must be an IPv4 address");
  if (spec.type === "duration" && !((parseGoDuration(text) ?? 0) > 0)) throw refuse("must be a duration such as 15s");
  if (spec.type === "choice" && !spec.choices?.includes(text))
    throw refuse(`must be one of ${spec.choices?.join(", ")}`);
  if (option === "sync") parseSyncArgument(text); // before anything is made for it
  if (spec.type === "text" && text === "") throw refuse("must not be empty");
  return text;
}

function lists(option: Option, value: string | readonly string[] | boolean): readonly string[] {
  const given = typeof value === "string" ? value.split(",") : typeof value === "boolean" ? [] : value;
  const items = option === "components" ? given.flatMap((item) => item.split(",")) : given;
  if (items.includes("")) throw new SporeError("SPORE_USAGE", `${flagOf(option)} must not be empty`);
  if (option === "components") {
    const unknown = items.find((item) => !componentNames.some((name) => name === item));
    const wanted = componentNames.join(" and ");
    if (unknown !== undefined)
      throw new SporeError("SPORE_USAGE", `--components "${unknown}": the parts are ${wanted}`);
  }
  if (option === "node") for (const item of items) checkNodeAddress(item);
  return items;
}

function checkNodeAddress(text: string): void {
  const [address = "", port = "80"] = splitOnce(text, ":");
  if (isIPv4(address) && /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return;
  throw new SporeError(
    "SPORE_USAGE",
    `--node "${text}": must be IP or IP:PORT, such as 192.168.1.20 or 192.168.1.20:8080`,
  );
}

function optionOf(flag: string): Option | undefined {
  return (Object.keys(sporedOptions) as Option[]).find((option) => flagOf(option) === flag);
}

function readSwitch(text: string, where: string): boolean {
  if (["true", "1", "yes"].includes(text)) return true;
  if (["false", "0", "no"].includes(text)) return false;
  throw new SporeError("SPORE_USAGE", `${where} "${text}": must be true or false`);
}

function unknownFlag(word: string): SporeError {
  return new SporeError("SPORE_USAGE", `unknown flag ${word}`, { hint: "spored --help lists them" });
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
