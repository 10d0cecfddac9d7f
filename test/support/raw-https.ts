import { request as httpsRequest } from "node:https";
import type { ApiRequest, ApiResponse } from "../../controller/api/transport.ts";

/**
 * A plain HTTPS client on `node:https`, so that the server is not only tested with our own.
 *
 * @param token undefined sends no credentials.
 */
export function rawHttps(server: { readonly port: number }, ca: string, token: string | undefined) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (request: ApiRequest, method: string = request.method) =>
    new Promise<ApiResponse>((resolve, reject) => {
      const query = request.query.toString();
      const sent = httpsRequest(
        {
          host: "127.0.0.1",
          port: server.port,
          ca,
          agent: false,
          method,
          path: query === "" ? request.path : `${request.path}?${query}`,
          headers: { ...request.headers, ...lengthOf(request), ...authorization },
          signal: request.signal,
        },
        (response) => {
          const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: response });
        },
      );
      sent.on("error", reject);
      if (request.body !== undefined && !(request.body instanceof Uint8Array)) {
        throw new TypeError("this client sends whole bodies");
      }
      sent.end(request.body);
    });
}

/** Without a length Node.js sends the body of a DELETE unframed. */
function lengthOf({ body }: ApiRequest): { readonly "content-length"?: number } {
  return body instanceof Uint8Array ? { "content-length": body.byteLength } : {};
}
