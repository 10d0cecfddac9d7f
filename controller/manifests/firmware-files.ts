import { posix } from "node:path";
import { Firmware } from "../api/firmware.ts";
import { apiVersionOf } from "../api/kind.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Problem } from "./manifest.ts";
import type { ParsedTexts, WrittenObject } from "./parse-yaml.ts";

/** What is known of a file without looking into it. */
export interface FileFacts {
  readonly sizeBytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** An image beside the manifest of the Firmware that names it. */
export interface FirmwareFile extends FileFacts {
  readonly path: string;
}

export interface CompletedTexts {
  readonly parsed: readonly ParsedTexts[];
  readonly files: readonly FirmwareFile[];
}

/**
 * Fills in what Firmware manifests leave to the images beside them: where `spec.artifacts[0].path` is a file, `size` and `sha256` may be left out. Where they stand
 * and say something else than the file, that is a problem.
 *
 * @param factsOf of the file at a path, which is relative to the same folder as the names of the texts; undefined where there is none.
 */
export async function withFirmwareFiles(
  parsed: readonly ParsedTexts[],
  factsOf: (path: string) => Promise<FileFacts | undefined>,
): Promise<CompletedTexts> {
  const files = new Map<string, FirmwareFile>();
  const completed: ParsedTexts[] = [];
  for (const each of parsed) {
    const problems = [...each.problems];
    const written: WrittenObject[] = [];
    for (const object of each.written) {
      const path = imagePath(object);
      const facts = path === undefined ? undefined : await factsOf(path);
      if (path !== undefined && facts !== undefined) files.set(path, { path, ...facts });
      problems.push(...(facts === undefined ? [] : disagreements(object, facts)));
      written.push(facts === undefined ? object : completedBy(object, facts));
    }
    completed.push({ ...each, written, problems });
  }
  return { parsed: completed, files: [...files.values()] };
}

/** Where the image of a Firmware lies, by its own words; undefined for other kinds, and for what leads out of the folder. */
function imagePath(object: WrittenObject): string | undefined {
  const path = artifactOf(object)?.path;
  if (typeof path !== "string" || path === "" || posix.isAbsolute(path)) return undefined;
  const joined = posix.join(posix.dirname(object.position.file), path);
  return joined.split("/")[0] === ".." ? undefined : joined;
}

function artifactOf({ value }: WrittenObject): JsonObject | undefined {
  if (value.kind !== Firmware.kind || value.apiVersion !== apiVersionOf(Firmware)) return undefined;
  const artifacts = isJsonObject(value.spec) ? value.spec.artifacts : undefined;
  const [first]: readonly JsonValue[] = Array.isArray(artifacts) ? artifacts : [];
  return isJsonObject(first) ? first : undefined;
}

function disagreements(object: WrittenObject, { sizeBytes, sha256 }: FileFacts): readonly Problem[] {
  const { size = sizeBytes, sha256: digest = sha256, path } = artifactOf(object) ?? {};
  const problem = (field: string, is: unknown): Problem => {
    const full = `spec.artifacts[0].${field}`;
    return {
      position: object.positionOf(full),
      field: full,
      message: `the file ${path} has ${is}; leave the field out, or correct it`,
    };
  };
  return [
    ...(size === sizeBytes ? [] : [problem("size", `${sizeBytes} bytes`)]),
    ...(digest === sha256 ? [] : [problem("sha256", sha256)]),
  ];
}

function completedBy(object: WrittenObject, { sizeBytes, sha256 }: FileFacts): WrittenObject {
  const { spec } = object.value;
  const artifact = artifactOf(object);
  if (artifact === undefined || !isJsonObject(spec) || !Array.isArray(spec.artifacts)) return object;
  const [, ...others] = spec.artifacts;
  const artifacts = [{ size: sizeBytes, sha256, ...artifact }, ...others];
  return { ...object, value: { ...object.value, spec: { ...spec, artifacts } } };
}
