import { unsupportedValue } from "../api/causes.ts";
import type { ApiRequest } from "../api/transport.ts";
import { type Cause, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { invalidOptions } from "./list-options.ts";
import { objectIn, textIn, textsIn } from "./object-meta.ts";
import { readOptionalJson } from "./request-body.ts";
import { dryRunCauses } from "./write-options.ts";

/** Kubernetes' `metav1.DeleteOptions`, as far as they mean something here. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  /** Undefined: what the object already says, else Background. */
  readonly propagation: Propagation | undefined;
  /** Empty: any. */
  readonly uid: string;
  readonly resourceVersion: string;
}

export type Propagation = "Orphan" | "Background" | "Foreground";

/**
 * Reads the body of a DELETE, and where there is none its query.
 *
 * @throws SporeError `SPORE_INVALID`, `SPORE_BAD_REQUEST`.
 */
export async function readDeleteOptions(request: ApiRequest): Promise<DeleteOptions> {
  const body = (await readOptionalJson(request)) ?? fromQuery(request.query);
  if (!isJsonObject(body)) throw new SporeError("SPORE_BAD_REQUEST", "the body of a DELETE must be DeleteOptions");
  const preconditions = objectIn(body, "preconditions");
  const causes = [...dryRunCauses(textsIn(body, "dryRun")), ...propagationCauses(body)];
  if (causes.length > 0) throw invalidOptions("DeleteOptions", causes);
  return {
    dryRun: textsIn(body, "dryRun").includes("All") || request.query.getAll("dryRun").includes("All"),
    propagation: propagationOf(body),
    uid: textIn(preconditions, "uid"),
    resourceVersion: textIn(preconditions, "resourceVersion"),
  };
}

function fromQuery(query: URLSearchParams): JsonObject {
  const policy = query.get("propagationPolicy");
  const orphans = query.get("orphanDependents");
  return {
    dryRun: query.getAll("dryRun"),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphans === null ? {} : { orphanDependents: orphans === "true" }),
  };
}

function propagationCauses(body: JsonObject): readonly Cause[] {
  const { propagationPolicy: policy, orphanDependents: orphans } = body;
  if (given(policy) && given(orphans)) {
    const message = "Invalid value: orphanDependents and propagationPolicy cannot be both set";
    return [{ reason: "FieldValueInvalid", message, field: "propagationPolicy" }];
  }
  if (!given(policy) || isPropagation(policy)) return [];
  return [unsupportedValue("propagationPolicy", policy ?? "", ["Foreground", "Background", "Orphan"])];
}

function given(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function propagationOf({ propagationPolicy, orphanDependents }: JsonObject): Propagation | undefined {
  if (isPropagation(propagationPolicy)) return propagationPolicy;
  if (typeof orphanDependents !== "boolean") return undefined;
  return orphanDependents ? "Orphan" : "Background";
}

function isPropagation(value: JsonValue | undefined): value is Propagation {
  return value === "Orphan" || value === "Background" || value === "Foreground";
}
