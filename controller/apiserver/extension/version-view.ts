import { apiVersionOf, type Kind } from "../../api/kind.ts";
import type { JsonObject } from "../../base/json.ts";
import type { CompiledSchema } from "../../schema/compiled-schema.ts";
import { textIn } from "../object-meta.ts";
import type { KindView } from "../served-kind.ts";

/**
 * One version of a kind over objects that are stored in another, or were at some time: conversion `None`. As in kube-apiserver what is
 * read is first completed by the schema that it was stored with, and a change of version is a change of `apiVersion` that drops what the
 * new version's schema does not know.
 *
 * @param schemas of all versions that the CRD lists, served or not.
 */
export function versionView(seen: Kind, stored: Kind, schemas: ReadonlyMap<string, CompiledSchema>): KindView {
  return {
    stored,
    settles: true,
    toStored: (object) => inVersion(object, stored, schemas),
    fromStored(object) {
      const written = textIn(object, "apiVersion").split("/").at(-1) ?? "";
      const { prune, applyDefaults } = schemas.get(written) ?? schemas.get(seen.version) ?? asIs;
      return inVersion(applyDefaults(prune(object).object), seen, schemas);
    },
  };
}

function inVersion(object: JsonObject, kind: Kind, schemas: ReadonlyMap<string, CompiledSchema>): JsonObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  const { prune } = schemas.get(kind.version) ?? asIs;
  return prune({ ...object, apiVersion }).object;
}

const asIs: Pick<CompiledSchema, "prune" | "applyDefaults"> = {
  prune: (object) => ({ object, unknown: [] }),
  applyDefaults: (object) => object,
};
