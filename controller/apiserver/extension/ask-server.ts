import type { ApiRequest, ApiResponse, Method } from "../../api/transport.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** Sends a request to the server's own handler and reads the answer. */
export type AskServer = (method: Method, path: string, value?: JsonObject) => Promise<ServerAnswer>;

export interface ServerAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** @param signal ends the requests. */
export function askAs(handle: (request: ApiRequest) => Promise<ApiResponse>, signal: AbortSignal): AskServer {
  return async (method, path, value) => {
    const query = new URLSearchParams();
    const direct = value === undefined ? {} : { value };
    const { status, direct: answer, body } = await handle({ method, path, query, headers: {}, direct, signal });
    if (answer?.kind === "object") return { status, body: answer.object };
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const json: JsonValue = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return { status, body: isJsonObject(json) ? json : {} };
  };
}
