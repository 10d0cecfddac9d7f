import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** How long a plugin may take to find a credential. */
const pluginTimeoutMs = 60_000;
const pluginOutputMaxBytes = 1024 * 1024;

/** What a plugin hands out. */
export interface ExecCredential {
  readonly token?: string;
  /** PEM, both or neither. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/**
 * Runs the credential plugin that a kubeconfig names (`client.authentication.k8s.io/v1` and `v1beta1`), without standard input.
 *
 * @param exec the `exec` of a user.
 * @param title where that stands, for errors.
 * @throws SporeError `SPORE_USAGE` when the plugin is not there, fails, or answers with something else; never with what it printed, which may be secret.
 */
export async function execCredential(exec: JsonObject, title: string): Promise<ExecCredential> {
  const { command, apiVersion } = exec;
  if (typeof command !== "string" || typeof apiVersion !== "string")
    throw refuse(title, "exec needs command and apiVersion");
  if (exec.interactiveMode === "Always")
    throw refuse(title, "the plugin wants to ask on a terminal, which is not supported");
  const information = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const env = { ...process.env, ...variables(exec.env), KUBERNETES_EXEC_INFO: JSON.stringify(information) };
  const args = Array.isArray(exec.args) ? exec.args.map(String) : [];
  let output: string;
  try {
    const limits = { timeout: pluginTimeoutMs, maxBuffer: pluginOutputMaxBytes };
    ({ stdout: output } = await promisify(execFile)(command, args, { env, encoding: "utf8", ...limits }));
  } catch (error) {
    const hint = typeof exec.installHint === "string" ? exec.installHint.trim() : `Run ${command} by hand and look.`;
    throw new SporeError("SPORE_USAGE", `${title}: ${command} ${failureOf(error)}`, { hint }, { cause: error });
  }
  return credentialOf(output, command, title);
}

function variables(env: JsonValue | undefined): Readonly<Record<string, string>> {
  const list = Array.isArray(env) ? env.filter(isJsonObject) : [];
  return Object.fromEntries(list.map(({ name, value }) => [String(name), String(value)]));
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("code" in error && error.code === "ENOENT") return "is not installed";
  if ("killed" in error && error.killed === true) return `was not done within ${pluginTimeoutMs / 1000} s`;
  return "code" in error ? `failed with ${String(error.code)}` : "failed";
}

function credentialOf(output: string, command: string, title: string): ExecCredential {
  let answer: JsonValue;
  try {
    answer = JSON.parse(output);
  } catch {
    throw refuse(title, `${command} did not print an ExecCredential in JSON`);
  }
  const status = isJsonObject(answer) ? answer.status : undefined;
  if (!isJsonObject(status)) throw refuse(title, `${command} printed an ExecCredential without a status`);
  const { token, clientCertificateData: clientCertificate, clientKeyData: clientKey } = status;
  if (typeof clientCertificate === "string" && typeof clientKey === "string") {
    return { clientCertificate, clientKey, ...(typeof token === "string" && { token }) };
  }
  if (typeof token === "string") return { token };
  throw refuse(title, `${command} handed out neither a token nor a certificate with its key`);
}

function refuse(title: string, why: string): SporeError {
  return new SporeError("SPORE_USAGE", `${title}: ${why}`, { hint: "Mend the exec entry of that user." });
}
