import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** A request as a node's handlers see it. */
export interface ApiRequest {
  readonly query: URLSearchParams;
  /** From query and body together; text where they came in a form. */
  readonly parameters: JsonObject;
}

/** What a handler answers. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

/** A refusal in the nodes' form. */
export function refusal(status: number, error: string, message: string): ApiAnswer {
  return { status, body: { error, message } };
}

/**
 * Reads the parameters of a request: query string, form, or a JSON object with the same names.
 *
 * @returns undefined when the body is not what its content type says.
 */
export function readParameters(
  query: URLSearchParams,
  contentType: string,
  body: Buffer,
): { readonly parameters: JsonObject } | undefined {
  const fromQuery = Object.fromEntries(query);
  if (body.length === 0) return { parameters: fromQuery };
  if (contentType.startsWith("application/json")) {
    const fromBody = parseObject(body.toString("utf8"));
    return fromBody && { parameters: { ...fromQuery, ...fromBody } };
  }
  return { parameters: { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString("utf8"))) } };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // told to the client as 400 bad_request
  }
}
