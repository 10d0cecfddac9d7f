import type { Kind } from "../api/kind.ts";
import { keyText, type Resource } from "../api/meta.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { CompiledSchema } from "../schema/compiled-schema.ts";
import { type Manifest, type Problem, positionText, problemText } from "./manifest.ts";
import { type ParsedTexts, parseYaml, type WrittenObject } from "./parse-yaml.ts";

/** What is known of a kind before any server is asked. */
export interface KnownKind {
  readonly kind: Kind;
  /** Absent: only a server knows what its objects look like. */
  readonly compiled?: CompiledSchema;
  /** What the schema cannot say of a new object that is valid by it. */
  readonly check?: (object: JsonObject) => readonly Cause[];
}

/** Finds a kind by what an object says of itself; undefined when there is none. */
export type KindLookup = (apiVersion: string, kind: string) => KnownKind | undefined;

/** What texts say, and everything that is wrong with them. With problems, the manifests are not all there is. */
export interface ReadResult {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/** How objects are made of what is written. */
export interface ReadOptions {
  /** For objects that do not say theirs. */
  readonly namespace: string;
  readonly lookup: KindLookup;
  /** Whether `generateName` may stand in the place of a name; for what is created, and never applied. */
  readonly generateName?: boolean;
}

/**
 * Reads the objects of one YAML or JSON text, which may hold several documents and `kind: List`s. Never throws for what stands in the text.
 *
 * @param file the name by which positions call the text.
 * @param namespace for objects that do not say theirs.
 */
export function readYaml(text: string, file: string, namespace: string, lookup: KindLookup): ReadResult {
  const { written, problems } = parseYaml(text, file);
  const read = written.map((each) => readWritten(each, { namespace, lookup }));
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    problems: [...problems, ...read.flatMap((each) => each.problems)],
  };
}

/** Makes manifests of what was parsed; an object that is written twice is a problem. Problems come in the order of the texts. */
export function readParsed(parsed: readonly ParsedTexts[], options: ReadOptions): ReadResult {
  const read = parsed.map(({ written, problems }) => {
    const each = written.map((object) => readWritten(object, options));
    return {
      manifests: each.flatMap(({ manifests }) => manifests),
      problems: [...problems, ...each.flatMap((one) => one.problems)],
    };
  });
  const manifests = read.flatMap((result) => result.manifests);
  const problems = [...read.flatMap((result) => result.problems), ...twice(manifests)];
  return { manifests, problems: [...new Map(problems.map((problem) => [problemText(problem), problem])).values()] };
}

function readWritten({ value, position, positionOf }: WrittenObject, options: ReadOptions): ReadResult {
  const refuse = (field: string, message: string): ReadResult => ({
    manifests: [],
    problems: [{ position: positionOf(field), field, message }],
  });
  const { apiVersion, kind, metadata } = value;
  const known = options.lookup(apiVersion, kind);
  if (!known) return refuse("kind", `unknown kind ${kind} in ${apiVersion}`);
  if (!isJsonObject(metadata)) return refuse("metadata", "is required");
  const isNamed = typeof metadata.name === "string" && metadata.name !== "";
  const isPrefixed = options.generateName === true && typeof metadata.generateName === "string";
  if (!isNamed && !isPrefixed) return refuse("metadata.name", "is required");
  const problems = checkObject(value, known).map(({ field, message }) => ({
    position: positionOf(field),
    ...(field === "" ? {} : { field }),
    message,
  }));
  if (problems.length > 0) return { manifests: [], problems };
  if (!known.kind.namespaced && metadata.namespace !== undefined) {
    return refuse("metadata.namespace", `${kind} is cluster-scoped and has no namespace`);
  }
  const object = known.kind.namespaced ? withNamespace(value, metadata, options.namespace) : value;
  const manifest: Manifest = {
    kind: known.kind,
    object: object as unknown as Resource, // the checks above are what Resource says
    position,
    positionOf,
  };
  return { manifests: [manifest], problems: [] };
}

function checkObject(
  value: JsonObject,
  { compiled, check }: KnownKind,
): readonly { readonly field: string; readonly message: string }[] {
  if (!compiled) return [];
  const { object, unknown } = compiled.prune(value);
  const strangers = unknown.map((field) => ({ field, message: "unknown field" }));
  const whole = compiled.applyDefaults(object);
  const invalid = compiled.validate(whole);
  // The rules behind may rely on the shape that the schema gives.
  const causes = invalid.length > 0 ? invalid : (check?.(whole) ?? []);
  return [
    ...strangers,
    ...causes
      .filter(isFault)
      .map(({ field = "", message }) => ({ field: field === wholeObject ? "" : field, message })),
  ];
}

/** How Kubernetes names the place of a cause that is about no single field. */
const wholeObject = "<nil>";

/** Kubernetes adds to other causes one that says that it did not look at every rule. That is no fault of the object. */
export function isFault({ message }: Cause): boolean {
  return !message.includes("some validation rules were not checked because the object was invalid");
}

function withNamespace(value: JsonObject, metadata: JsonObject, namespace: string): JsonObject {
  return { ...value, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } };
}

function twice(manifests: readonly Manifest[]): readonly Problem[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { kind, object, position } = manifest;
    if (!object.metadata.name) return []; // the server will make names, and different ones
    const id = `${kind.kind}${kind.group === "" ? "" : `.${kind.group}`} ${keyText(object.metadata)}`;
    const before = first.get(id);
    if (!before) {
      first.set(id, manifest);
      return [];
    }
    return [{ position, field: "metadata.name", message: `${id} stands already at ${positionText(before.position)}` }];
  });
}
