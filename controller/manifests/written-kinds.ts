import { apiVersionOf, type Kind } from "../api/kind.ts";
import { isSporeError } from "../base/errors.ts";
import { parseCrd } from "../schema/crd-rules.ts";
import { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import { kindsOfCrd } from "./crd-kinds.ts";
import type { ParsedTexts, WrittenObject } from "./parse-yaml.ts";
import type { KindLookup, KnownKind } from "./read-yaml.ts";

/**
 * `lookup`, and what the CRDs among `parsed` define: objects of a new kind may stand beside the CRD that brings it, before or behind. Where both
 * know a kind, the CRD that is written counts. A CRD that is wrong defines nothing here; it is reported where it is read itself.
 */
export function withWrittenKinds(lookup: KindLookup, parsed: readonly ParsedTexts[]): KindLookup {
  const crds = parsed
    .flatMap(({ written }) => written)
    .filter(({ value }) => value.kind === CustomResourceDefinition.kind);
  if (crds.length === 0) return lookup;
  const own = new Map(crds.flatMap(kindsOf));
  return (apiVersion, kind) => {
    const written = own.get(`${apiVersion} ${kind}`);
    if (!written) return lookup(apiVersion, kind);
    const known = lookup(apiVersion, kind);
    return { ...written, ...(known?.check && { check: known.check }) };
  };
}

function kindsOf({ value, position }: WrittenObject): readonly (readonly [string, KnownKind])[] {
  try {
    return kindsOfCrd(parseCrd(value, position.file)).map((known) => [nameOf(known.kind), known]);
  } catch (error) {
    if (isSporeError(error)) return [];
    throw error;
  }
}

function nameOf(kind: Kind): string {
  return `${apiVersionOf(kind)} ${kind.kind}`;
}
