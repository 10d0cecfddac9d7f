import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { mergeDiff } from "../../base/merge-diff.ts";
import { mergePatch } from "../../base/merge-patch.ts";
import { problemText } from "../../manifests/manifest.ts";
import { parseYaml } from "../../manifests/parse-yaml.ts";
import { goYaml } from "../output/go-yaml.ts";

/** How an object is written down for its editor. */
export type EditFormat = "yaml" | "json";

const greeting = [
  "Change what should be different, and save. Lines that begin with # do not count; a text without any other is no change.",
];

/** One object as a file that its user edits. Dispose of it: it is deleted, unless it was kept. */
export class EditedText implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;
  readonly #format: EditFormat;
  #text: string;
  #isKept = false;

  private constructor(folder: string, path: string, format: EditFormat, text: string) {
    this.#folder = folder;
    this.path = path;
    this.#format = format;
    this.#text = text;
  }

  /** @param name for the file, which editors show. */
  static async of(object: JsonObject, name: string, format: EditFormat): Promise<EditedText> {
    const folder = await mkdtemp(join(tmpdir(), "sporectl-edit-"));
    return new EditedText(folder, join(folder, `${name}.${format}`), format, written(object, format));
  }

  /** Writes the file: as it was typed last, with what was wrong with it on top. Returns the whole text. */
  async show(failure: SporeError | undefined): Promise<string> {
    const notes = failure === undefined ? [] : failureLines(failure);
    const comments = [...greeting, ...notes].map((line) => `# ${line}`.trimEnd());
    const whole = `${comments.join("\n")}\n#\n${this.#text}`;
    await writeFile(this.path, whole, { mode: 0o600 });
    return whole;
  }

  async read(): Promise<string> {
    const whole = await readFile(this.path, "utf8");
    this.#text = withoutComments(whole);
    return whole;
  }

  isEmpty(whole: string): boolean {
    return withoutComments(whole).trim() === "";
  }

  /**
   * What was typed, without nulls: those stand for nothing.
   *
   * @throws SporeError `SPORE_MANIFEST_INVALID` with each place where it is no YAML.
   */
  parse(whole: string): JsonObject {
    const { written: objects, problems } = parseYaml(whole, "line");
    const [object, ...others] = objects;
    const [problem] = problems;
    if (problem) throw new SporeError("SPORE_MANIFEST_INVALID", problemText(problem));
    if (object && others.length === 0) return withoutNulls(object.value);
    throw new SporeError("SPORE_MANIFEST_INVALID", `the text holds ${objects.length} objects, and one is edited`);
  }

  /** Takes over what somebody else changed from `before` to `after` meanwhile; where both changed the same, what was typed stays. */
  rebase(before: JsonObject, after: JsonObject): void {
    const typed = this.parse(this.#text);
    const own = mergeDiff(clean(before), typed) ?? {};
    this.#text = written(mergePatch(clean(after), own) as JsonObject, this.#format); // both are objects
  }

  /** Lets the file stay, and says where. */
  async keep(): Promise<string> {
    this.#isKept = true;
    await writeFile(this.path, this.#text, { mode: 0o600 });
    return `your text is kept in ${this.path}`;
  }

  /** The error with that place. */
  async keptWith(error: SporeError): Promise<SporeError> {
    const kept = await this.keep();
    const hint = `${kept}: apply it when that is mended`;
    return new SporeError(error.code, error.message, { ...error.details, hint }, { cause: error });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isKept) await rm(this.#folder, { recursive: true, force: true });
  }
}

function written(object: JsonObject, format: EditFormat): string {
  const shown = clean(object);
  return format === "yaml" ? goYaml(shown) : `${JSON.stringify(shown, undefined, 4)}\n`;
}

/** Nobody edits the book of field managers. */
function clean(object: JsonObject): JsonObject {
  if (!isJsonObject(object.metadata)) return object;
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withoutComments(whole: string): string {
  return whole
    .split(/(?<=\n)/)
    .filter((line) => !line.startsWith("#"))
    .join("");
}

function withoutNulls(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([, value]) => value !== null);
  const inner = (value: JsonValue) => (isJsonObject(value) ? withoutNulls(value) : value);
  return Object.fromEntries(kept.map(([key, value]) => [key, inner(value)]));
}

function failureLines({ code, message, details }: SporeError): readonly string[] {
  const conflict =
    "Somebody else changed the object meanwhile. Their change is in the text below, with yours on top: look at it, and save.";
  const text = code === "SPORE_CONFLICT" ? conflict : `It was not saved: ${message}`;
  const causes = (details.causes ?? []).map(
    ({ field, message: why }) => `${field === undefined ? "" : `${field}: `}${why}`,
  );
  const hint = details.hint === undefined ? [] : [details.hint];
  const leave = code === "SPORE_CONFLICT" ? [] : ["Leave the text as it is to give up; it is kept."];
  return [
    "",
    ...[text, ...causes.filter((why) => !message.includes(why)), ...hint, ...leave].flatMap((line) => line.split("\n")),
  ];
}
