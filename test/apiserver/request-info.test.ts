import { describe, expect, it } from "vitest";
import { readRequestInfo } from "../../controller/apiserver/request-info.ts";

describe("readRequestInfo", () => {
  it.each([
    ["GET", "/api/v1/namespaces", { verb: "list", group: "", version: "v1", plural: "namespaces" }],
    ["GET", "/api/v1/namespaces/a", { verb: "get", plural: "namespaces", name: "a" }],
    ["PUT", "/api/v1/namespaces/a/status", { verb: "update", plural: "namespaces", name: "a", subresource: "status" }],
    ["PUT", "/api/v1/namespaces/a/finalize", { plural: "namespaces", name: "a", subresource: "finalize" }],
    ["GET", "/api/v1/namespaces/a/configmaps", { verb: "list", plural: "configmaps", namespace: "a" }],
    ["DELETE", "/api/v1/namespaces/a/configmaps", { verb: "deletecollection", plural: "configmaps", namespace: "a" }],
    ["GET", "/api/v1/namespaces/a/configmaps/c", { verb: "get", plural: "configmaps", namespace: "a", name: "c" }],
    [
      "PATCH",
      "/apis/g.dev/v2/things/t/status",
      { verb: "patch", group: "g.dev", version: "v2", name: "t", subresource: "status" },
    ],
    ["GET", "/apis/g.dev/v2/things?watch=", { verb: "watch", plural: "things" }],
    ["GET", "/apis/g.dev/v2/things?watch=True", { verb: "watch" }],
    ["GET", "/apis/g.dev/v2/things?watch=0", { verb: "list" }],
    ["GET", "/apis/g.dev/v2/things?watch=FALSE", { verb: "list" }],
    ["GET", "/apis/g.dev/v2/things/a%20b", { verb: "get", name: "a b" }],
  ])("%s %s", (method, url, expected) => {
    const { pathname, searchParams } = new URL(url, "http://x");
    expect(readRequestInfo(method, pathname, searchParams)).toMatchObject({ kind: "resource", ...expected });
  });

  it.each(["/", "/api", "/api/v1", "/apis", "/apis/g.dev", "/apis/g.dev/v2", "/version", "/apis/g/v/r/n/s/more"])(
    "takes %s for a path",
    (path) => {
      expect(readRequestInfo("GET", path, new URLSearchParams()).kind).toBe("path");
    },
  );

  it("refuses a path that is not properly encoded", () => {
    expect(() => readRequestInfo("GET", "/api/%zz", new URLSearchParams())).toThrow(
      expect.objectContaining({ code: "SPORE_BAD_REQUEST" }),
    );
  });
});
