import { Counter, Histogram, type Registry } from "prom-client";
import type { Transport } from "../api/transport.ts";
import type { Clock } from "../base/clock.ts";

const buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/**
 * The same transport, with its requests counted under client-go's names.
 *
 * @param host the API server's address, or `in-process`.
 */
export function measuredTransport(transport: Transport, host: string, clock: Clock, registry: Registry): Transport {
  const requests = new Counter({
    name: "rest_client_requests_total",
    help: "Requests to the API server; the code is <error> where no answer came.",
    labelNames: ["code", "method", "host"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "rest_client_request_duration_seconds",
    help: "Time until the answer began.",
    labelNames: ["verb", "host"],
    buckets,
    registers: [registry],
  });
  const measured: Transport = async (request) => {
    const startMs = clock.monotonic();
    const { method } = request;
    try {
      const response = await transport(request);
      requests.inc({ code: response.status, method, host });
      return response;
    } catch (error) {
      requests.inc({ code: "<error>", method, host });
      throw error;
    } finally {
      durations.observe({ verb: method, host }, (clock.monotonic() - startMs) / 1000);
    }
  };
  return transport.isDirect === undefined ? measured : Object.assign(measured, { isDirect: transport.isDirect });
}
