import { describe, expect, it } from "vitest";
import { StaticPaths } from "../../controller/apiserver/static-paths.ts";
import { isSporeError } from "../../controller/base/errors.ts";
import { sporeKinds } from "../support/spore-kinds.ts";

const paths = new StaticPaths({ revision: 1, kinds: sporeKinds });

function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const request = {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers,
    signal: AbortSignal.timeout(5000),
  } as const;
  return paths.answer(request, path.split("/").slice(1));
}

const protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

describe("StaticPaths", () => {
  it.each([
    "/api",
    "/apis",
    "/api/v1",
    "/apis/spore.dev",
    "/apis/spore.dev/v1alpha1",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/api/v1",
    "/openapi/v3/apis/spore.dev/v1alpha1",
  ])("has %s, and does not send it twice", (path) => {
    const first = get(path);
    expect(first?.status).toBe(200);
    expect(first?.headers["content-type"]).toBe("application/json");
    const etag = first?.headers.etag ?? "";
    expect(get(path, { "if-none-match": etag })?.status).toBe(304);
    expect(get(path, { "if-none-match": '"other"' })?.status).toBe(200);
  });

  it.each([
    "/api/v2",
    "/api/v1/x",
    "/apis/apps",
    "/openapi",
    "/openapi/v4",
    "/openapi/v2/x",
    "/openapi/v3/apis/apps/v1",
  ])("has nothing at %s", (path) => {
    expect(get(path)).toBeUndefined();
  });

  it("answers in the form that the client takes, and 406 where there is none", () => {
    expect(get("/openapi/v2", { accept: protobuf })?.headers["content-type"]).toBe(
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    );
    for (const path of ["/openapi/v2", "/apis"]) {
      let thrown: unknown;
      try {
        get(path, { accept: "text/html" });
      } catch (error) {
        thrown = error;
      }
      expect(isSporeError(thrown, "SPORE_NOT_ACCEPTABLE")).toBe(true);
    }
  });
});
