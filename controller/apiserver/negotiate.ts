import { SporeError } from "../base/errors.ts";

/** In which form objects go out. */
export type AnswerForm =
  | { readonly kind: "object" }
  | { readonly kind: "table"; readonly version: "v1" | "v1beta1"; readonly include: "None" | "Metadata" | "Object" }
  | { readonly kind: "partial"; readonly version: "v1" | "v1beta1" };

/**
 * Picks the first form in the `accept` header that the server knows. Weights are not looked at: clients of the Kubernetes API write what they
 * like best first.
 *
 * @throws SporeError `SPORE_NOT_ACCEPTABLE` when there is none; `SPORE_BAD_REQUEST` for an unknown `includeObject`.
 */
export function readAnswerForm(accept: string | undefined, query: URLSearchParams): AnswerForm {
  for (const alternative of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = alternative.split(";").map((part) => part.trim());
    const form = formOf(type.toLowerCase(), new Map(parameters.map(parameterOf)), query);
    if (form !== undefined) return form;
  }
  throw new SporeError("SPORE_NOT_ACCEPTABLE", "only the following media types are accepted: application/json");
}

const jsonTypes = ["", "application/json", "application/*", "*/*"];

function formOf(type: string, parameters: ReadonlyMap<string, string>, query: URLSearchParams): AnswerForm | undefined {
  if (!jsonTypes.includes(type)) return undefined;
  const as = parameters.get("as");
  if (as === undefined) return { kind: "object" };
  const version = parameters.get("v");
  if (parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (as === "Table") return { kind: "table", version, include: includeIn(query) };
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList"
    ? { kind: "partial", version }
    : undefined;
}

function parameterOf(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}

function includeIn(query: URLSearchParams): "None" | "Metadata" | "Object" {
  const include = query.get("includeObject") ?? "";
  if (include === "" || include === "Metadata") return "Metadata";
  if (include === "None" || include === "Object") return include;
  const message = `includeObject is ${JSON.stringify(include)}; known are None, Metadata and Object`;
  throw new SporeError("SPORE_BAD_REQUEST", message);
}
