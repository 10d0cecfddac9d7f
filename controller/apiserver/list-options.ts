import { forbiddenValue, invalidValue, unsupportedValue } from "../api/causes.ts";
import { type Cause, SporeError } from "../base/errors.ts";
import { isOn } from "./request-info.ts";

/** What a list or watch asks for besides its selection. */
export interface ListOptions {
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** Undefined when not given; 0 stands for "any". */
  readonly revision: number | undefined;
  readonly match: "Exact" | "NotOlderThan" | undefined;
  readonly sendInitialEvents: boolean;
  readonly bookmarks: boolean;
  /** 0: as long as the server likes. */
  readonly timeoutSeconds: number;
}

/**
 * Reads the query of a list or watch.
 *
 * @throws SporeError `SPORE_INVALID` for values and combinations that Kubernetes refuses too (apimachinery, `metainternalversion/validation`).
 */
export function readListOptions(query: URLSearchParams, verb: "list" | "watch" | "deletecollection"): ListOptions {
  const match = query.get("resourceVersionMatch") ?? "";
  const options = {
    limit: integerIn(query, "limit") ?? 0,
    continueToken: query.get("continue") ?? "",
    revision: revisionIn(query),
    match: match === "Exact" || match === "NotOlderThan" ? match : undefined,
    sendInitialEvents: isOn(query, "sendInitialEvents"),
    bookmarks: isOn(query, "allowWatchBookmarks"),
    timeoutSeconds: integerIn(query, "timeoutSeconds") ?? 0,
  } as const;
  const causes = verb === "watch" ? watchCauses(query, options) : listCauses(query, options);
  if (match !== "" && options.match === undefined) {
    causes.push(unsupportedValue("resourceVersionMatch", match, ["Exact", "NotOlderThan"]));
  }
  if (causes.length > 0) throw invalidOptions("ListOptions", causes);
  return options;
}

function listCauses(query: URLSearchParams, options: ListOptions): Cause[] {
  const causes: Cause[] = [];
  if (options.match !== undefined) {
    if (options.revision === undefined) causes.push(matchForbidden("is forbidden unless resourceVersion is provided"));
    if (options.continueToken !== "") causes.push(matchForbidden("is forbidden when continue is provided"));
    if (options.match === "Exact" && options.revision === 0) {
      causes.push(matchForbidden('"Exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (query.has("sendInitialEvents")) causes.push(forbiddenValue("sendInitialEvents", "is forbidden for list"));
  if (options.continueToken !== "" && (options.revision ?? 0) > 0) {
    causes.push(forbiddenValue("resourceVersion", "is forbidden when continue is provided"));
  }
  return causes;
}

function watchCauses(query: URLSearchParams, options: ListOptions): Cause[] {
  const causes: Cause[] = [];
  if (query.has("sendInitialEvents")) {
    if (options.match !== "NotOlderThan") {
      causes.push(
        forbiddenValue("resourceVersionMatch", 'sendInitialEvents requires resourceVersionMatch to be "NotOlderThan"'),
      );
    }
  } else if (options.match !== undefined) {
    causes.push(matchForbidden("is forbidden for watch unless sendInitialEvents is provided"));
  }
  return causes;
}

function matchForbidden(why: string): Cause {
  return forbiddenValue("resourceVersionMatch", `resourceVersionMatch ${why}`);
}

function revisionIn(query: URLSearchParams): number | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (/^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const why = "must be a decimal number, as the server gave it";
  throw invalidOptions("ListOptions", [invalidValue("resourceVersion", text, why)]);
}

function integerIn(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter) ?? "";
  if (text === "") return undefined;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new SporeError(
    "SPORE_BAD_REQUEST",
    `the query parameter ${parameter} is ${JSON.stringify(text)}; a number is needed`,
  );
}

/** The refusal of a request's options, as `Invalid`. */
export function invalidOptions(kind: string, causes: readonly Cause[]): SporeError {
  return new SporeError("SPORE_INVALID", `${kind}.meta.k8s.io "" is invalid: ${causesText(causes)}`, {
    kind,
    group: "meta.k8s.io",
    causes,
  });
}

/** Causes as they stand in the message of an `Invalid` status. */
export function causesText(causes: readonly Cause[]): string {
  const texts = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}
