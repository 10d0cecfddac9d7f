import { request as httpsRequest } from "node:https";
import type { ApiRequest, ApiResponse, Transport } from "../../controller/api/transport.ts";

/** A plain HTTPS client on `node:https`, so that the server is not only tested with our own. */
export function rawHttps(
  server: { readonly port: number; readonly host?: string },
  ca: string,
  token: string,
): Transport {
  return (request) =>
    new Promise<ApiResponse>((resolve, reject) => {
      const query = request.query.toString();
      const sent = httpsRequest(
        {
          host: server.host ?? "127.0.0.1",
          port: server.port,
          ca,
          agent: false,
          method: request.method,
          path: query === "" ? request.path : `${request.path}?${query}`,
          // Without a length Node.js sends the body of a DELETE unframed.
          headers: { ...request.headers, ...lengthOf(request), authorization: `Bearer ${token}` },
          signal: request.signal,
        },
        (response) => {
          const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: response });
        },
      );
      sent.on("error", reject);
      sendBody(request, sent);
    });
}

function lengthOf({ body }: ApiRequest): { readonly "content-length"?: number } {
  return body instanceof Uint8Array ? { "content-length": body.byteLength } : {};
}

function sendBody({ body }: ApiRequest, sent: ReturnType<typeof httpsRequest>): void {
  if (body === undefined || body instanceof Uint8Array) sent.end(body);
  else throw new TypeError("this client sends whole bodies");
}
