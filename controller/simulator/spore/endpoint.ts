import type { JsonValue } from "../../base/json.ts";
import type { ApiAnswer, ApiRequest } from "./api-request.ts";
import type { NodeState } from "./node-state.ts";

/** What a handler may set off besides its answer. */
export interface NodeEffects {
  /** Broadcasts the node's details out of turn. */
  announce(): void;
  /** Restarts after the node's own delay. */
  restartSoon(): void;
  /** @returns false when the event fits into no datagram. */
  broadcastEvent(event: string, data: JsonValue): boolean;
  /** Puts an event on the node's bus. */
  fire(event: string, payload: string): void;
}

/** What a handler works on. */
export interface NodeContext {
  readonly state: NodeState;
  readonly nowMs: number;
  readonly effects: NodeEffects;
}

/** One parameter, as `GET /api/node/endpoints` describes it. */
export interface EndpointParameter {
  readonly name: string;
  readonly location: "query" | "body";
  readonly required: boolean;
  readonly type: "string" | "number" | "boolean" | "json" | "file";
  readonly values?: readonly string[];
}

/** One endpoint of a node. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  readonly uri: string;
  readonly parameters?: readonly EndpointParameter[];
  /** Needs the node's token, where it has one. */
  readonly writes?: boolean;
  /** Served in safe mode. */
  readonly inSafeMode?: boolean;
  readonly handle: (context: NodeContext, request: ApiRequest) => ApiAnswer;
}

/** `POST /api/node/update`, say. */
export function nameOf({ method, uri }: Pick<Endpoint, "method" | "uri">): string {
  return `${method} ${uri}`;
}
