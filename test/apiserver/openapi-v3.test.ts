import { describe, expect, it } from "vitest";
import { openApiV3Of } from "../../controller/apiserver/openapi-v3.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { sporeKinds } from "../support/spore-kinds.ts";

const openApi = openApiV3Of(sporeKinds, "v1.32.0+spore.1");

function read(path: string): JsonObject {
  return JSON.parse(Buffer.from(openApi.document(path)?.body ?? []).toString());
}

/** The value at a path of names. */
function at(value: JsonValue | undefined, ...names: readonly string[]): JsonValue | undefined {
  return names.reduce((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), value);
}

const paths = [
  "api/v1",
  "apis/events.k8s.io/v1",
  "apis/coordination.k8s.io/v1",
  "apis/rbac.authorization.k8s.io/v1",
  "apis/authorization.k8s.io/v1",
  "apis/authentication.k8s.io/v1",
  "apis/apiextensions.k8s.io/v1",
];
const ours = ["apis/live.spore.dev/v1alpha1", "apis/spore.dev/v1alpha1"];

describe("openApiV3Of", () => {
  it("has an index whose URLs name the content of each document", () => {
    const index: JsonObject = JSON.parse(Buffer.from(openApi.index().body).toString());
    expect(Object.keys(at(index, "paths") ?? {})).toEqual([...paths, ...ours]);
    for (const path of [...paths, ...ours]) {
      const etag = openApi.document(path)?.etag ?? "";
      const url = `/openapi/v3/${path}?hash=${etag.replaceAll('"', "")}`;
      expect(at(index, "paths", path)).toEqual({ serverRelativeURL: url });
    }
    expect(openApi.document("apis/apps/v1")).toBeUndefined();
  });

  it.each([...paths.slice(0, 3), "apis/spore.dev/v1alpha1"])(
    "of %s lets every kind's patch take fieldValidation",
    (path) => {
      const items = Object.values(at(read(path), "paths") ?? {});
      const patches = items.flatMap((item) => (isJsonObject(item) && isJsonObject(item.patch) ? [item.patch] : []));
      expect(patches.length).toBeGreaterThan(0);
      for (const patch of patches) {
        expect(patch["x-kubernetes-group-version-kind"]).toHaveProperty("kind");
        expect(patch.parameters).toContainEqual(expect.objectContaining({ in: "query", name: "fieldValidation" }));
      }
    },
  );

  it("offers strategic merge patches for built-in kinds only", () => {
    const strategic = "application/strategic-merge-patch+json";
    const body = ["patch", "requestBody", "content"];
    const node = at(read("apis/spore.dev/v1alpha1"), "paths", "/apis/spore.dev/v1alpha1/nodes/{name}", ...body);
    const map = at(read("api/v1"), "paths", "/api/v1/namespaces/{namespace}/configmaps/{name}", ...body);
    expect(Object.keys(node ?? {})).not.toContain(strategic);
    expect(Object.keys(map ?? {})).toContain(strategic);
  });

  it("has no operation that the server would refuse", () => {
    const items = at(read("apis/live.spore.dev/v1alpha1"), "paths");
    expect(Object.keys(at(items, "/apis/live.spore.dev/v1alpha1/livenodes/{name}") ?? {})).toEqual([
      "parameters",
      "get",
    ]);
  });

  it("describes a kind with its metadata, fields and identity", () => {
    const group = at(read("apis/spore.dev/v1alpha1"), "components", "schemas", "dev.spore.v1alpha1.NodeGroup");
    expect(at(group, "x-kubernetes-group-version-kind")).toEqual([
      { group: "spore.dev", version: "v1alpha1", kind: "NodeGroup" },
    ]);
    expect(at(group, "properties", "metadata", "allOf")).toEqual([
      { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
    ]);
    expect(at(group, "properties", "spec", "properties", "adoption", "enum")).toEqual(["Manual", "Automatic"]);
    expect(at(group, "required")).toEqual(["spec"]);
  });

  it.each([...paths, ...ours])("of %s refers to nothing that is not there", (path) => {
    const document = read(path);
    const schemas = at(document, "components", "schemas");
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, name] of references) expect(schemas).toHaveProperty([name ?? ""]);
  });
});
