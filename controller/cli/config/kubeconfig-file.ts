import { readFile, realpath } from "node:fs/promises";
import { Document, isMap, isSeq, parseDocument } from "yaml";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { writeFileAtomically } from "../../base/write-file-atomically.ts";

/** The lists of a kubeconfig, and the field that each of their entries has beside its name. */
export const entryFields = { clusters: "cluster", contexts: "context", users: "user" } as const;
export type EntryList = keyof typeof entryFields;

/** One kubeconfig that can be changed: comments and what this program does not know stay as they are. */
export class KubeconfigFile {
  readonly path: string;
  readonly #document: Document;
  readonly #isJson: boolean;

  constructor(path: string, document: Document, isJson: boolean) {
    this.path = path;
    this.#document = document;
    this.#isJson = isJson;
  }

  get currentContext(): string | undefined {
    const name = this.#document.get("current-context");
    return typeof name === "string" && name !== "" ? name : undefined;
  }

  set currentContext(name: string) {
    this.#document.set("current-context", name);
  }

  /** The names of the entries of a list, in the order of the file. */
  names(list: EntryList): readonly string[] {
    return this.#entries(list).map(({ name }) => String(name));
  }

  /** What an entry says; undefined when there is none of that name. */
  entry(list: EntryList, name: string): JsonObject | undefined {
    const found = this.#entries(list).find((entry) => entry.name === name);
    if (!found) return undefined;
    const value = found[entryFields[list]];
    return isJsonObject(value) ? value : {};
  }

  /** Sets fields of an entry, which is made where there is none; undefined takes a field out. */
  setFields(list: EntryList, name: string, fields: Readonly<Record<string, JsonValue | undefined>>): void {
    const field = entryFields[list];
    let index = this.names(list).indexOf(name);
    if (index < 0) {
      if (!isSeq(this.#document.get(list))) this.#document.set(list, this.#document.createNode([]));
      this.#document.addIn([list], this.#document.createNode({ name, [field]: {} }));
      index = this.names(list).indexOf(name);
    }
    if (!isMap(this.#document.getIn([list, index, field])))
      this.#document.setIn([list, index, field], this.#document.createNode({}));
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) this.#document.deleteIn([list, index, field, key]);
      else this.#document.setIn([list, index, field, key], value);
    }
  }

  rename(list: EntryList, name: string, to: string): void {
    this.#document.setIn([list, this.names(list).indexOf(name), "name"], to);
  }

  remove(list: EntryList, name: string): void {
    this.#document.deleteIn([list, this.names(list).indexOf(name)]);
  }

  /** Everything, as it is written. */
  get content(): JsonObject {
    const content: JsonValue = this.#document.toJS();
    return isJsonObject(content) ? content : {};
  }

  /** Writes the file whole or not at all, readable by its owner only. A link stays one. */
  async save(): Promise<void> {
    const text = this.#isJson
      ? `${JSON.stringify(this.content, undefined, 2)}\n`
      : this.#document.toString({ lineWidth: 0 });
    const target = await realpath(this.path).catch((error: unknown) => {
      if (systemErrorCode(error) === "ENOENT") return this.path;
      throw error;
    });
    try {
      await writeFileAtomically(target, text);
    } catch (error) {
      const hint = "Check the permissions of its directory.";
      throw new SporeError("SPORE_USAGE", `the kubeconfig ${this.path} cannot be written`, { hint }, { cause: error });
    }
  }

  #entries(list: EntryList): readonly JsonObject[] {
    const entries = this.content[list];
    return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
  }
}

/**
 * Reads a kubeconfig to change it; one that does not exist is empty.
 *
 * @throws SporeError `SPORE_USAGE` when it cannot be read or is no YAML; never with a line of it, where a credential may stand.
 */
export async function readKubeconfigFile(path: string): Promise<KubeconfigFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return new KubeconfigFile(path, emptyConfig(), false);
    throw usage(`the kubeconfig ${path} cannot be read`, "Check its permissions.");
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) throw usage(`the kubeconfig ${path} is not YAML`, "Mend it by hand.");
  if (document.contents === null) return new KubeconfigFile(path, emptyConfig(), false);
  if (!isMap(document.contents)) throw usage(`the kubeconfig ${path} is not a YAML mapping`, "Mend it by hand.");
  return new KubeconfigFile(path, document, text.trimStart().startsWith("{"));
}

function emptyConfig(): Document {
  return new Document({
    apiVersion: "v1",
    kind: "Config",
    clusters: [],
    contexts: [],
    "current-context": "",
    preferences: {},
    users: [],
  });
}

function usage(message: string, hint: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
