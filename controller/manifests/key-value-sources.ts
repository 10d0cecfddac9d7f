import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { SporeError } from "../base/errors.ts";
import { manifestFileMaxBytes } from "../base/limits.ts";
import { systemErrorCode } from "../base/system-error-code.ts";

/** Where keys and values of a ConfigMap or Secret come from, in kubectl's and kustomize's words. */
export interface Source {
  /** `literal`: `KEY=VALUE`. `file`: `[KEY=]PATH`, a directory too. `env`: a file of `KEY=VALUE` lines. */
  readonly from: "literal" | "file" | "env";
  readonly word: string;
}

/** Values by key. */
export type Pairs = ReadonlyMap<string, Uint8Array>;

/**
 * Reads them all.
 *
 * @param what for complaints: `ConfigMap "lab"`.
 * @param directory that paths are relative to; default: the current one.
 * @throws SporeError `SPORE_USAGE` for a malformed source, a file that cannot be read, a key that comes twice or that no ConfigMap may have.
 */
export async function readPairs(sources: readonly Source[], what: string, directory = ""): Promise<Pairs> {
  const pairs = new Map<string, Uint8Array>();
  for (const source of sources) {
    for (const [key, value] of await pairsOf(source, directory)) {
      if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
        throw usage(`"${key}" is no key for ${what}`, "keys are made of letters, digits, '-', '_' and '.'");
      }
      if (pairs.has(key)) throw usage(`${what} would have the key "${key}" twice`, "give each key once");
      pairs.set(key, value);
    }
  }
  return pairs;
}

/** The pairs that are text, for `data` of a ConfigMap. */
export function textPairs(pairs: Pairs): Readonly<Record<string, string>> {
  return record(pairs, (bytes) => textOf(bytes));
}

/** The others in base64, for `binaryData`. */
export function binaryPairs(pairs: Pairs): Readonly<Record<string, string>> {
  return record(pairs, (bytes) => (textOf(bytes) === undefined ? base64(bytes) : undefined));
}

/** All in base64, for `data` of a Secret. */
export function secretPairs(pairs: Pairs): Readonly<Record<string, string>> {
  return record(pairs, base64);
}

function record(pairs: Pairs, form: (bytes: Uint8Array) => string | undefined): Readonly<Record<string, string>> {
  const entries = [...pairs].flatMap(([key, bytes]) => {
    const value = form(bytes);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // it is binary
  }
}

async function pairsOf({ from, word }: Source, directory: string): Promise<readonly (readonly [string, Uint8Array])[]> {
  switch (from) {
    case "literal":
      return [literal(word)];
    case "env":
      return envPairs(Buffer.from(await readBytes(join(directory, word))).toString("utf8"), word);
    case "file":
      return filePairs(word, directory);
  }
}

function literal(word: string): readonly [string, Uint8Array] {
  const equals = word.indexOf("=");
  if (equals <= 0) throw usage(`"${word}" is no literal`, "write it as KEY=VALUE");
  const value = word.slice(equals + 1);
  const quoted = /^(["'])(.*)\1$/s.exec(value); // as kubectl has it, for values that came through two shells
  return [word.slice(0, equals), Buffer.from(quoted?.[2] ?? value)];
}

async function filePairs(word: string, directory: string): Promise<readonly (readonly [string, Uint8Array])[]> {
  const equals = word.indexOf("=");
  const named = equals < 0 ? undefined : word.slice(0, equals);
  const path = join(directory, word.slice(equals + 1));
  if (named === "" || path === "") throw usage(`"${word}" is no file source`, "write it as PATH or KEY=PATH");
  const info = await attempt(path, () => stat(path));
  if (!info.isDirectory()) return [[named ?? basename(path), await readBytes(path)]];
  if (named !== undefined) throw usage(`"${word}": a directory has a key for each of its files`, "leave out KEY=");
  const pairs: (readonly [string, Uint8Array])[] = [];
  for (const name of (await attempt(path, () => readdir(path))).sort()) {
    const file = join(path, name);
    if ((await attempt(file, () => stat(file))).isFile()) pairs.push([name, await readBytes(file)]);
  }
  return pairs;
}

function envPairs(text: string, path: string): readonly (readonly [string, Uint8Array])[] {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .flatMap((line, index): readonly (readonly [string, Uint8Array])[] => {
      if (line === "" || line.startsWith("#")) return [];
      const equals = line.indexOf("=");
      const key = equals < 0 ? line : line.slice(0, equals);
      // A key alone takes its value from the environment, in kubectl: what is applied would depend on who applies it.
      if (equals < 0) throw usage(`${path}:${index + 1}: "${key}" has no value`, "write KEY=VALUE on each line");
      return [[key, Buffer.from(line.slice(equals + 1))]];
    });
}

async function readBytes(path: string): Promise<Uint8Array> {
  const { size } = await attempt(path, () => stat(path));
  if (size > manifestFileMaxBytes)
    throw usage(`${path} has ${size} bytes; ${manifestFileMaxBytes} are too many already`);
  return attempt(path, () => readFile(path));
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = systemErrorCode(error);
    throw usage(`${path} ${code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? "no reason given"})`}`);
  }
}

function usage(message: string, hint?: string): SporeError {
  return new SporeError("SPORE_USAGE", message, hint === undefined ? {} : { hint });
}
