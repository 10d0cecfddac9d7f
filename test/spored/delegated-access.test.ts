import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import type { ApiRequest } from "../../controller/api/transport.ts";
import type { JsonValue } from "../../controller/base/json.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { delegatedAccess } from "../../controller/spored/delegated-access.ts";
import { newAuthority } from "../support/certificates.ts";
import { FakeApi, failure } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;
const reviews = "/apis/authentication.k8s.io/v1/tokenreviews";
const accessReviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
const wanted = { kind: "resource", verb: "list", group: "live.spore.dev", plural: "livenodes" } as const;

/** An API server that knows Ada's token, and lets her read. */
function open() {
  const api = new FakeApi();
  const clock = new ManualClock();
  const specs: unknown[] = [];
  const known = new Map([["ada-token", { username: "ada", uid: "1", groups: ["lab", "system:authenticated"] }]]);
  let mayRead = true;
  const review = (path: string, body: ReviewBody): JsonValue | undefined => {
    if (path === reviews) {
      const user = known.get(body.spec.token ?? "");
      return { status: user ? { authenticated: true, user } : { authenticated: false } };
    }
    if (path !== accessReviews) return undefined;
    specs.push(body.spec);
    return { status: mayRead ? { allowed: true } : { allowed: false, reason: "no role says so" } };
  };
  api.intercept = (request: ApiRequest) => {
    const body = request.body instanceof Uint8Array ? JSON.parse(Buffer.from(request.body).toString()) : undefined;
    const status = body && review(request.path, body);
    return status === undefined ? undefined : { status: 201, body: { ...status, metadata: {} } };
  };
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const access = delegatedAccess({ client, clock, log: silentLogger });
  const authenticate = (
    authorization: string | undefined,
    certificate?: Uint8Array,
    rawHeaders: readonly string[] = [],
  ) => access.authenticator.authenticate({ authorization, certificate, rawHeaders }, never);
  const forget = () => {
    known.clear();
    mayRead = false;
  };
  return { api, clock, access, authenticate, specs, forget };
}

interface ReviewBody {
  readonly spec: { readonly token?: string };
}

it("delegatedAccess asks the API server whose token it is, and again when ten seconds are over", async () => {
  const { api, clock, authenticate, forget } = open();
  const ada = { name: "ada", groups: ["lab", "system:authenticated"] };
  expect(await authenticate("Bearer ada-token")).toEqual(ada);
  forget();
  expect(await authenticate("Bearer ada-token")).toEqual(ada);
  expect(api.requests).toEqual([`POST ${reviews}`]);
  await clock.advance(10_000);
  await expect(authenticate("Bearer ada-token")).rejects.toMatchObject({ code: "SPORE_UNAUTHORIZED" });
});

it("delegatedAccess lets in nobody whom the API server does not know", async () => {
  const { api, authenticate } = open();
  expect(await authenticate(undefined)).toMatchObject({ name: "system:anonymous" });
  for (const header of ["Bearer other", "Bearer", "Basic YTpi", ""])
    await expect(authenticate(header)).rejects.toMatchObject({ code: "SPORE_UNAUTHORIZED" });
  expect(api.requests).toEqual([`POST ${reviews}`]);
  api.intercept = () => failure(500, "InternalError", "broken");
  await expect(authenticate("Bearer ada-token")).rejects.toMatchObject({ code: "SPORE_INTERNAL" });
});

it("delegatedAccess asks the API server who may do what, and remembers both answers", async () => {
  const { clock, access, specs, forget } = open();
  const ada = { name: "ada", groups: ["lab"] };
  await access.authorize(ada, wanted, never);
  await access.authorize(ada, wanted, never);
  await access.authorize(ada, { kind: "path", verb: "get", path: "/metrics" }, never);
  expect(specs).toEqual([
    {
      user: "ada",
      groups: ["lab"],
      resourceAttributes: { resource: "livenodes", verb: "list", group: "live.spore.dev" },
    },
    { user: "ada", groups: ["lab"], nonResourceAttributes: { path: "/metrics", verb: "get" } },
  ]);
  forget();
  await clock.advance(10_000);
  for (const _ of ["first", "second"])
    await expect(access.authorize(ada, wanted, never)).rejects.toMatchObject({
      code: "SPORE_FORBIDDEN",
      message:
        'livenodes.live.spore.dev is forbidden: User "ada" cannot list resource "livenodes" in API group "live.spore.dev" at the cluster scope: no role says so',
    });
  expect(specs.length).toBe(3);
});

it("delegatedAccess believes the API server in front, and nobody who copies its headers", async () => {
  const { api, clock, authenticate } = open();
  const [front, stranger] = await Promise.all([newAuthority(), newAuthority()]);
  const raw = async (authority: typeof front) =>
    new X509Certificate((await authority.identify("front-proxy")).certificate).raw;
  const headers = ["X-Remote-User", "grace", "X-Remote-Group", "lab"];
  expect(await authenticate(undefined, await raw(front), headers)).toMatchObject({ name: "system:anonymous" });
  const data = {
    "requestheader-client-ca-file": front.ca,
    "requestheader-allowed-names": '["front-proxy"]',
    "requestheader-username-headers": '["X-Remote-User"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
  };
  const path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
  const metadata = { name: "extension-apiserver-authentication", namespace: "kube-system" };
  api.put(path, Object.assign({ apiVersion: "v1", kind: "ConfigMap", metadata }, { data }));
  await clock.advance(60_000);
  const ask = (certificate: Uint8Array | undefined) => authenticate(undefined, certificate, headers);
  expect(await ask(await raw(front))).toEqual({ name: "grace", groups: ["lab", "system:authenticated"] });
  expect(await ask(await raw(stranger))).toMatchObject({ name: "system:anonymous" });
  expect(await ask(undefined)).toMatchObject({ name: "system:anonymous" });
});
