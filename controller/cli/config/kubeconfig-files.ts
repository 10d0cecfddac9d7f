import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { findKubeconfig } from "../../client/find-kubeconfig.ts";
import type { Io } from "../io.ts";
import { nearestWord } from "../nearest-word.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { type EntryList, type KubeconfigFile, readKubeconfigFile } from "./kubeconfig-file.ts";

/** All files that count, as one: of several entries of a name the first counts. */
export class KubeconfigFiles {
  readonly #files: readonly KubeconfigFile[];

  constructor(files: readonly KubeconfigFile[]) {
    this.#files = files;
  }

  get currentContext(): string | undefined {
    return this.#files.map(({ currentContext }) => currentContext).find((name) => name !== undefined);
  }

  names(list: EntryList): readonly string[] {
    return [...new Set(this.#files.flatMap((file) => file.names(list)))];
  }

  entry(list: EntryList, name: string): JsonObject | undefined {
    return this.fileOf(list, name)?.entry(list, name);
  }

  /** The file in which an entry stands. */
  fileOf(list: EntryList, name: string): KubeconfigFile | undefined {
    return this.#files.find((file) => file.entry(list, name) !== undefined);
  }

  /** @throws SporeError `SPORE_USAGE`, which suggests the nearest name. */
  mustHave(list: EntryList, name: string): KubeconfigFile {
    const file = this.fileOf(list, name);
    if (file) return file;
    const near = nearestWord(name, this.names(list));
    const known = this.names(list);
    const hint = near ? `did you mean "${near}"?` : `there are ${known.length === 0 ? "none" : known.join(", ")}`;
    throw new SporeError("SPORE_USAGE", `no ${list.slice(0, -1)} exists with the name: "${name}"`, { hint });
  }

  /** Where the current context is named, or the first file. */
  get main(): KubeconfigFile {
    const file = this.#files.find(({ currentContext }) => currentContext !== undefined) ?? this.#files[0];
    if (file) return file;
    throw new SporeError("SPORE_USAGE", "there is no kubeconfig", { hint: "Name one with --kubeconfig." });
  }

  /** All of them as one, as `config view` shows it. */
  get merged(): JsonObject {
    const lists = (list: EntryList) =>
      this.names(list).map((name) => ({
        ...(this.entry(list, name) && { [list.slice(0, -1)]: this.entry(list, name) ?? {} }),
        name,
      }));
    const [first] = this.#files.map(({ content }) => content);
    return {
      ...first,
      clusters: lists("clusters"),
      contexts: lists("contexts"),
      users: lists("users"),
      "current-context": this.currentContext ?? "",
    };
  }
}

/** The files that every other verb would read. */
export async function openKubeconfigs({ kubeconfig }: GlobalOptions, io: Io): Promise<KubeconfigFiles> {
  const { paths } = findKubeconfig(kubeconfig, io.env);
  return new KubeconfigFiles(await Promise.all(paths.map(readKubeconfigFile)));
}

const omitted: Readonly<Record<string, string>> = {
  token: "REDACTED",
  password: "REDACTED",
  "certificate-authority-data": "DATA+OMITTED",
  "client-certificate-data": "DATA+OMITTED",
  "client-key-data": "DATA+OMITTED",
};

/** Without what is secret or long. */
export function redacted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, omitted[key] ?? redacted(inner)]));
}
