import { describe, expect, it } from "vitest";
import { discoveryOf } from "../../controller/apiserver/discovery.ts";
import { isKnown, type StaticDocument } from "../../controller/apiserver/static-document.ts";
import { sporeKinds } from "../support/spore-kinds.ts";

const discovery = discoveryOf(sporeKinds);

const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const v2beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

function read(document: StaticDocument | undefined) {
  return JSON.parse(Buffer.from(document?.body ?? []).toString());
}

describe("discoveryOf, aggregated", () => {
  it.each([
    [`${v2},${v2beta1},application/json`, v2, "apidiscovery.k8s.io/v2"],
    [`${v2beta1},application/json`, v2beta1, "apidiscovery.k8s.io/v2beta1"],
    [`${v2beta1}, ${v2}`, v2beta1, "apidiscovery.k8s.io/v2beta1"],
  ])(
    "answers %s with the first form that is known, parameters in the content type",
    (accept, contentType, apiVersion) => {
      const document = discovery.root("apis", accept);
      expect(document?.contentType).toBe(contentType);
      expect(read(document)).toMatchObject({ kind: "APIGroupDiscoveryList", apiVersion });
    },
  );

  it("says of a kind what kubectl needs", () => {
    const groups = read(discovery.root("apis", v2)).items;
    const spore = groups.find((group: { metadata: { name: string } }) => group.metadata.name === "spore.dev");
    const responseKind = { group: "spore.dev", version: "v1alpha1", kind: "NodeGroup" };
    expect(spore.versions).toHaveLength(1);
    expect(spore.versions[0]).toMatchObject({ version: "v1alpha1", freshness: "Current" });
    expect(spore.versions[0].resources).toContainEqual({
      resource: "nodegroups",
      responseKind,
      scope: "Namespaced",
      singularResource: "nodegroup",
      shortNames: ["ng"],
      categories: ["spore"],
      verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
      subresources: [{ subresource: "status", responseKind, verbs: ["get", "patch", "update"] }],
    });
  });

  it("keeps the core group to /api", () => {
    const core = read(discovery.root("api", v2)).items;
    expect(core).toHaveLength(1);
    expect(core[0].metadata).toEqual({});
    const names = core[0].versions[0].resources.map(({ resource }: { resource: string }) => resource);
    expect(names).toEqual(["namespaces", "configmaps", "secrets", "services", "events", "serviceaccounts"]);
    const others = read(discovery.root("apis", v2)).items.map(
      (group: { metadata: { name?: string } }) => group.metadata.name,
    );
    expect(others).toEqual([
      "events.k8s.io",
      "coordination.k8s.io",
      "rbac.authorization.k8s.io",
      "authorization.k8s.io",
      "authentication.k8s.io",
      "apiextensions.k8s.io",
      "live.spore.dev",
      "spore.dev",
    ]);
  });

  it("gives a read-only kind its three verbs", () => {
    const groups = read(discovery.root("apis", v2)).items;
    const live = groups.find((group: { metadata: { name: string } }) => group.metadata.name === "live.spore.dev");
    expect(live.versions[0].resources[0].verbs).toEqual(["get", "list", "watch"]);
  });
});

describe("discoveryOf, legacy", () => {
  it.each(["application/json", "*/*", undefined, "application/json, */*", "text/html, application/json"])(
    "is what %s gets",
    (accept) => {
      const document = discovery.root("api", accept);
      expect(document?.contentType).toBe("application/json");
      expect(read(document)).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    },
  );

  it("lists groups with their preferred version", () => {
    const groups = read(discovery.root("apis", "application/json")).groups;
    const version = { groupVersion: "spore.dev/v1alpha1", version: "v1alpha1" };
    expect(groups).toContainEqual({ name: "spore.dev", versions: [version], preferredVersion: version });
    expect(read(discovery.group("spore.dev"))).toEqual({
      kind: "APIGroup",
      apiVersion: "v1",
      name: "spore.dev",
      versions: [version],
      preferredVersion: version,
    });
  });

  it("lists the resources of a version, subresources among them", () => {
    const list = read(discovery.resources("spore.dev", "v1alpha1"));
    expect(list).toMatchObject({ kind: "APIResourceList", apiVersion: "v1", groupVersion: "spore.dev/v1alpha1" });
    expect(list.resources).toContainEqual(
      expect.objectContaining({
        name: "nodes",
        singularName: "node",
        namespaced: false,
        kind: "Node",
        shortNames: ["sn"],
      }),
    );
    expect(list.resources).toContainEqual({
      name: "nodes/status",
      singularName: "",
      namespaced: false,
      kind: "Node",
      verbs: ["get", "patch", "update"],
    });
    expect(read(discovery.resources("", "v1")).groupVersion).toBe("v1");
  });
});

describe("discoveryOf", () => {
  it("has nothing for a client that takes neither form, and nothing of what is not served", () => {
    expect(discovery.root("apis", "application/vnd.kubernetes.protobuf")).toBeUndefined();
    expect(discovery.root("apis", "application/json;as=Table;v=v1;g=meta.k8s.io")).toBeUndefined();
    expect(discovery.group("apps")).toBeUndefined();
    expect(discovery.resources("spore.dev", "v1")).toBeUndefined();
  });

  it("gives a document an ETag that changes with it", () => {
    const document = discovery.root("apis", v2);
    const fewer = discoveryOf(sporeKinds.slice(1, -1)).root("apis", v2);
    expect(document?.etag).toMatch(/^"[0-9A-F]{64}"$/);
    expect(discoveryOf(sporeKinds).root("apis", v2)?.etag).toBe(document?.etag);
    expect(fewer?.etag).not.toBe(document?.etag);
    expect(document && isKnown(document, `"x", W/${document.etag}`)).toBe(true);
    expect(document && isKnown(document, undefined)).toBe(false);
  });
});
