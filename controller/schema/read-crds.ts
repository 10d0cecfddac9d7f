import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseCrd } from "./crd-rules.ts";
import type { CustomResourceDefinition } from "./custom-resource-definition.ts";

/** One file of a directory of CRDs. */
export interface CrdFile {
  /** The file's name without `.yaml`; the generated type file bears the same. */
  readonly stem: string;
  readonly crd: CustomResourceDefinition;
}

/**
 * All CRDs of a directory, a YAML file each, in order of their file names.
 *
 * @throws SporeError `SPORE_INVALID` when a file holds anything but a valid CRD.
 */
export function readCrds(directory: string): readonly CrdFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => {
      const path = join(directory, name);
      return { stem: name.slice(0, -".yaml".length), crd: parseCrd(parse(readFileSync(path, "utf8")), path) };
    });
}
