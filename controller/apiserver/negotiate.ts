import { SporeError } from "../base/errors.ts";
import { isJsonType, mediaRanges } from "./media-ranges.ts";

/** In which form objects go out. */
export type AnswerForm =
  | { readonly kind: "object" }
  | { readonly kind: "table"; readonly version: "v1" | "v1beta1"; readonly include: "None" | "Metadata" | "Object" }
  | { readonly kind: "partial"; readonly version: "v1" | "v1beta1" };

/**
 * Picks the first form in the `accept` header that the server knows.
 *
 * @throws SporeError `SPORE_NOT_ACCEPTABLE` when there is none; `SPORE_BAD_REQUEST` for an unknown `includeObject`.
 */
export function readAnswerForm(accept: string | undefined, query: URLSearchParams): AnswerForm {
  for (const { type, parameters } of mediaRanges(accept)) {
    const form = isJsonType(type) ? formOf(parameters, query) : undefined;
    if (form !== undefined) return form;
  }
  throw new SporeError("SPORE_NOT_ACCEPTABLE", "only the following media types are accepted: application/json");
}

function formOf(parameters: ReadonlyMap<string, string>, query: URLSearchParams): AnswerForm | undefined {
  const as = parameters.get("as");
  if (as === undefined) return { kind: "object" };
  const version = parameters.get("v");
  if (parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (as === "Table") return { kind: "table", version, include: includeIn(query) };
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList"
    ? { kind: "partial", version }
    : undefined;
}

function includeIn(query: URLSearchParams): "None" | "Metadata" | "Object" {
  const include = query.get("includeObject") ?? "";
  if (include === "" || include === "Metadata") return "Metadata";
  if (include === "None" || include === "Object") return include;
  const message = `includeObject is ${JSON.stringify(include)}; known are None, Metadata and Object`;
  throw new SporeError("SPORE_BAD_REQUEST", message);
}
