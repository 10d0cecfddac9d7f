import type { ApiRequest, Transport } from "../api/transport.ts";
import type { ApiServer } from "./api-server.ts";
import type { User } from "./user.ts";

/**
 * A way into the server of this process without a network: the same handler, the same authorization, as the user named. So what a controller may do
 * here it may do on a real cluster with the same rights, and nothing else.
 */
export function inProcessTransport(server: ApiServer, user: User): Transport {
  return Object.assign((request: ApiRequest) => server.handle(request, user), { isDirect: true });
}
