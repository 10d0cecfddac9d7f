import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isJsonObject, type JsonValue } from "../../base/json.ts";
import { acceptWebSocket, type WebSocket } from "./web-socket.ts";

/** What the socket needs of its node. */
export interface EventSocketHost {
  readonly fire: (event: string, payload: string) => void;
  /** False when the event fits into no datagram. */
  readonly broadcastEvent: (event: string, data: JsonValue) => boolean;
}

const clientsMax = 2;

/** `/ws`: clients fire events on the node's bus, and see every event of the bus. */
export class EventSocket {
  readonly #host: EventSocketHost;
  readonly #clients = new Map<number, WebSocket>();
  #lastId = 0;

  constructor(host: EventSocketHost) {
    this.#host = host;
  }

  /** Takes a client in. @returns false when there is no room, or `request` is no handshake. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#clients.size >= clientsMax) return false;
    const id = ++this.#lastId;
    const client = acceptWebSocket(request, socket, head, {
      text: (message) => this.#answer(id, this.#take(id, message)),
      refused: (why) => this.#answer(id, why),
      closed: () => void this.#clients.delete(id),
    });
    if (client) this.#clients.set(id, client);
    return client !== undefined;
  }

  /** Shows an event of the bus to all clients but the one that it came from. */
  mirror(event: string, payload: string): void {
    if (this.#clients.size === 0) return;
    const { origin, text } = withoutOrigin(payload);
    for (const [id, client] of this.#clients) if (id !== origin) client.send(JSON.stringify({ event, payload: text }));
  }

  close(): void {
    for (const client of this.#clients.values()) client.close(1001);
    this.#clients.clear();
  }

  #answer(id: number, error: string | undefined): void {
    this.#clients.get(id)?.send(JSON.stringify(error === undefined ? { ok: true } : { ok: false, error }));
  }

  /** What is wrong with the message, or undefined. */
  #take(id: number, message: string): string | undefined {
    const value = parse(message);
    if (!isJsonObject(value)) return "send a JSON object";
    const { event, payload = "" } = value;
    if (typeof event !== "string" || event === "" || event.length > 64) return "event is a string of 1 to 64 bytes";
    if (event === "cluster/broadcast") return this.#broadcast(payload);
    const marked = isJsonObject(payload) ? { ...payload, _origin: `ws:${id}` } : payload;
    this.#host.fire(event, typeof marked === "string" ? marked : JSON.stringify(marked));
    return undefined;
  }

  #broadcast(payload: JsonValue): string | undefined {
    const value = typeof payload === "string" ? parse(payload) : payload;
    if (!isJsonObject(value) || typeof value.event !== "string") return "payload must be {event, data}";
    const isSent = this.#host.broadcastEvent(value.event, value.data ?? "");
    return isSent ? undefined : "the event does not fit into a datagram of 500 bytes";
  }
}

/** The private key `_origin` says which client an event came from, and is shown to nobody. */
function withoutOrigin(payload: string): { readonly origin: number | undefined; readonly text: string } {
  const value = payload.includes("_origin") ? parse(payload) : undefined;
  if (!isJsonObject(value) || typeof value._origin !== "string") return { origin: undefined, text: payload };
  const { _origin, ...shown } = value;
  return { origin: Number(/^ws:(\d+)$/.exec(_origin)?.[1]), text: JSON.stringify(shown) };
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told to the client as a refusal
  }
}
