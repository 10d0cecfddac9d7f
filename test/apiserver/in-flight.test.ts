import { describe, expect, it } from "vitest";
import { InFlight } from "../../controller/apiserver/in-flight.ts";
import { type RequestInfo, readRequestInfo } from "../../controller/apiserver/request-info.ts";
import { anonymous, controllers } from "../../controller/apiserver/user.ts";
import { admin, urls } from "../support/api-server.ts";

const alice = { name: "alice", groups: ["system:authenticated"] };
const info = (method: string, path: string, query = ""): RequestInfo =>
  readRequestInfo(method, path, new URLSearchParams(query));
const list = info("GET", urls.nodes);
const create = info("POST", urls.nodes);
const renew = info("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/leader");

function fill(inFlight: InFlight, request: RequestInfo, count: number): Disposable[] {
  return Array.from({ length: count }, () => inFlight.enter(request, alice));
}

describe("InFlight", () => {
  it("lets 400 read and 200 change at once, and the next when one has its answer", () => {
    const inFlight = new InFlight();
    const reading = fill(inFlight, list, 400);
    const refusal = { code: "SPORE_TOO_MANY_REQUESTS", details: { retryAfterSeconds: 1 } };
    expect(() => inFlight.enter(info("GET", urls.nodes, "watch=1"), alice)).toThrow(expect.objectContaining(refusal));
    fill(inFlight, create, 200);
    expect(() => inFlight.enter(info("DELETE", `${urls.nodes}/a`), alice)).toThrow(expect.objectContaining(refusal));
    expect(inFlight.underWay).toEqual({ reading: 400, changing: 200, leases: 0 });
    reading[0]?.[Symbol.dispose]();
    inFlight.enter(list, alice);
  });

  it("always lets in health checks, administrators and the controllers, and leases in any other flood", () => {
    const inFlight = new InFlight();
    fill(inFlight, list, 400);
    fill(inFlight, create, 200);
    for (const user of [admin, controllers]) for (const request of [list, create]) inFlight.enter(request, user);
    for (const path of ["/healthz", "/livez", "/readyz"]) inFlight.enter(info("GET", path), anonymous);
    fill(inFlight, renew, 200);
    expect(() => inFlight.enter(renew, alice)).toThrow("Too many requests");
  });
});
