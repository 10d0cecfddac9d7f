/** One alternative of an `Accept` header. */
export interface MediaRange {
  /** In lower case, such as `application/json` or `*\/*`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The alternatives of an `Accept` header in their order, which is the client's preference: clients of the Kubernetes API write what they like
 * best first and use no weights. Without a header anything will do.
 */
export function mediaRanges(accept: string | undefined): readonly MediaRange[] {
  const ranges = (accept ?? "")
    .split(",")
    .map((alternative) => alternative.split(";").map((part) => part.trim()))
    .filter(([type]) => type !== "")
    .map(([type = "", ...parameters]) => ({
      type: type.toLowerCase(),
      parameters: new Map(parameters.map(parameter)),
    }));
  return ranges.length > 0 ? ranges : [{ type: "*/*", parameters: new Map() }];
}

/** Whether JSON is among what the range names. */
export function isJsonType(type: string): boolean {
  return type === "application/json" || type === "application/*" || type === "*/*";
}

function parameter(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}
