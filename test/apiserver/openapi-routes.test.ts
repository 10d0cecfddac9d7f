import { describe, expect, it } from "vitest";
import { routesOf } from "../../controller/apiserver/openapi-routes.ts";
import { sporeKind, sporeKinds } from "../support/spore-kinds.ts";

describe("routesOf", () => {
  it("knows every URL of a namespaced kind", () => {
    const routes = routesOf(sporeKind("NodeGroup")).map(({ path, operations }) => [
      path,
      operations.map(({ action }) => action),
    ]);
    const root = "/apis/spore.dev/v1alpha1";
    expect(routes).toEqual([
      [`${root}/nodegroups`, ["list"]],
      [`${root}/namespaces/{namespace}/nodegroups`, ["list", "post", "deletecollection"]],
      [`${root}/namespaces/{namespace}/nodegroups/{name}`, ["get", "put", "patch", "delete"]],
      [`${root}/namespaces/{namespace}/nodegroups/{name}/status`, ["get", "put", "patch"]],
    ]);
  });

  it("knows every URL of a kind of the core group without a namespace", () => {
    expect(routesOf(sporeKind("Namespace", "")).map(({ path }) => path)).toEqual([
      "/api/v1/namespaces",
      "/api/v1/namespaces/{name}",
      "/api/v1/namespaces/{name}/status",
    ]);
  });

  it("gives every operation an id of its own", () => {
    const ids = sporeKinds.flatMap(routesOf).flatMap(({ operations }) => operations.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("readSporeV1alpha1NamespacedFirmwareStatus");
  });
});
