import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { JsonObject } from "../../../controller/base/json.ts";
import type { JsonSchemaProps } from "../../../controller/schema/schema.ts";

const directory = fileURLToPath(new URL("cases", import.meta.url));

/** One question to a kube-apiserver, and what it said. */
export interface CelCase {
  readonly name: string;
  /** The schema of `spec`; or of the whole object, with `root`. */
  readonly spec?: JsonSchemaProps;
  readonly root?: JsonSchemaProps;
  /** The spec, and the spec before; without `old`, the object is created. Without both, only the CRD is. */
  readonly object?: JsonObject;
  readonly old?: JsonObject;
  /** What was wrong, each as `field: message`, sorted; none where it was accepted. */
  readonly says?: readonly string[];
  /** Where we say something else on purpose: what, and why. */
  readonly ours?: readonly string[];
  readonly why?: string;
}

/** All cases, by the file that holds them. */
export function readCases(): readonly (readonly [string, readonly CelCase[]])[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => [name, parse(readFileSync(`${directory}/${name}`, "utf8"))] as const);
}

/** The schema of whole objects. */
export function rootSchema({ spec, root }: CelCase): JsonSchemaProps {
  return root ?? { type: "object", properties: { spec: spec ?? {} } };
}

/** Causes as the cases have them. Where in a CRD its schema stands is left out: Kubernetes moves it about. */
export function told(causes: readonly { readonly field?: string; readonly message: string }[]): readonly string[] {
  return causes
    .map(({ field = "", message }) => `${field}: ${message}`)
    .map((text) => text.replaceAll(/spec\.(?:validation|versions\[0\]\.schema)\.openAPIV3Schema\.?/g, ""))
    .map((text) => text.replaceAll(/selfType\d+/g, "self"))
    .sort();
}
