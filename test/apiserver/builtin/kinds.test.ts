import { describe, expect, it } from "vitest";
import { resourceName } from "../../../controller/api/kind.ts";
import { servedConfigMap } from "../../../controller/apiserver/builtin/config-map.ts";
import { servedEvent, servedNewEvent } from "../../../controller/apiserver/builtin/event.ts";
import { builtinKinds } from "../../../controller/apiserver/builtin/kinds.ts";
import { servedNamespace } from "../../../controller/apiserver/builtin/namespace.ts";
import { servedSecret } from "../../../controller/apiserver/builtin/secret.ts";
import type { ServedKind } from "../../../controller/apiserver/served-kind.ts";
import type { JsonObject, JsonValue } from "../../../controller/base/json.ts";

const now = Date.parse("2026-11-20T12:00:00Z");

/** What `kubectl get` prints, `-o wide` columns in brackets. */
function printed(served: ServedKind, object: JsonObject): Record<string, JsonValue> {
  return Object.fromEntries(
    served.columns.map((column) => [column.priority > 0 ? `(${column.name})` : column.name, column.cell(object, now)]),
  );
}

describe("builtinKinds", () => {
  it("names every kind once", () => {
    expect(builtinKinds.map(({ kind }) => resourceName(kind))).toEqual([
      "namespaces",
      "configmaps",
      "secrets",
      "services",
      "events",
      "events.events.k8s.io",
      "leases.coordination.k8s.io",
      "roles.rbac.authorization.k8s.io",
      "rolebindings.rbac.authorization.k8s.io",
      "clusterroles.rbac.authorization.k8s.io",
      "clusterrolebindings.rbac.authorization.k8s.io",
      "serviceaccounts",
      "selfsubjectaccessreviews.authorization.k8s.io",
      "selfsubjectrulesreviews.authorization.k8s.io",
      "subjectaccessreviews.authorization.k8s.io",
      "localsubjectaccessreviews.authorization.k8s.io",
      "selfsubjectreviews.authentication.k8s.io",
      "tokenreviews.authentication.k8s.io",
      "customresourcedefinitions.apiextensions.k8s.io",
      "livenodes.live.spore.dev",
    ]);
  });

  it.each(builtinKinds)("$kind.kind compiles, and refuses a metadata that is no object", ({ compiled }) => {
    expect(compiled.validate({ metadata: 5 })).toContainEqual({
      reason: "FieldValueTypeInvalid",
      message: 'Invalid value: "integer": metadata in body must be of type object: "integer"',
      field: "metadata",
    });
  });
});

describe("ConfigMap", () => {
  it("prints how many keys it holds", () => {
    const object = {
      metadata: { name: "lab", creationTimestamp: "2026-11-20T11:59:00Z" },
      data: { a: "1", b: "2" },
      binaryData: { c: "AA==" },
    };
    expect(printed(servedConfigMap, object)).toEqual({ Name: "lab", Data: 3, Age: "60s" });
  });

  it("takes a null value for the empty string", () => {
    expect(servedConfigMap.compiled.applyDefaults({ data: { a: null } })).toEqual({ data: { a: "" } });
  });

  it("refuses keys that cannot be file names", () => {
    const fields = servedConfigMap.hooks?.check?.({ data: { "a/b": "", "..": "", "ok.json": "" } }).map((c) => c.field);
    expect(fields).toEqual(["data[a/b]", "data[..]"]);
  });

  it("refuses more than a mebibyte", () => {
    const causes = servedConfigMap.hooks?.check?.({ data: { a: "x".repeat(1024 * 1024) } });
    expect(causes).toEqual([
      { reason: "FieldValueTooLong", message: "Too long: may not be more than 1048576 bytes", field: "data" },
    ]);
  });

  it("cannot be changed once immutable", () => {
    const old = { immutable: true, data: { a: "1" } };
    expect(servedConfigMap.hooks?.check?.({ immutable: true, data: { a: "1" } }, old)).toEqual([]);
    const fields = servedConfigMap.hooks?.check?.({ data: { a: "2" } }, old).map((cause) => cause.field);
    expect(fields).toEqual(["immutable", "data"]);
  });
});

describe("Secret", () => {
  it("encodes stringData into data, where it wins", () => {
    const object = { type: "Opaque", data: { a: "b2xk", b: "Yg==" }, stringData: { a: "new ✓" } };
    expect(servedSecret.hooks?.complete?.(object)).toEqual({ type: "Opaque", data: { a: "bmV3IOKckw==", b: "Yg==" } });
  });

  it("leaves what is not a string for validation to name", () => {
    const completed = servedSecret.hooks?.complete?.({ stringData: { a: 5 } }) ?? {};
    expect(servedSecret.compiled.validate(completed)[0]?.field).toBe("data.a");
  });

  it("refuses data that is not base64, and a changed type", () => {
    expect(servedSecret.compiled.validate({ data: { a: "?" } })[0]?.field).toBe("data.a");
    expect(servedSecret.hooks?.check?.({ type: "b" }, { type: "a" })[0]?.field).toBe("type");
  });

  it("is Opaque unless it says otherwise", () => {
    expect(servedSecret.compiled.applyDefaults({})).toEqual({ type: "Opaque" });
  });
});

describe("Namespace", () => {
  it("carries its name as a label", () => {
    const completed = servedNamespace.hooks?.complete?.({ metadata: { name: "lab", labels: { a: "b" } } });
    expect(completed).toEqual({
      metadata: { name: "lab", labels: { a: "b", "kubernetes.io/metadata.name": "lab" } },
    });
  });

  it("is Active unless it says otherwise", () => {
    const object = servedNamespace.compiled.applyDefaults({ metadata: { name: "lab" } });
    expect(printed(servedNamespace, object)).toEqual({ Name: "lab", Status: "Active", Age: null });
  });
});

describe("Event", () => {
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e1", namespace: "default" },
    involvedObject: { kind: "NodeGroup", namespace: "default", name: "lab", uid: "u1" },
    reason: "Updating",
    message: "Sending 1.1.0.\n",
    type: "Normal",
    count: 4,
    firstTimestamp: "2026-11-20T11:00:00Z",
    lastTimestamp: "2026-11-20T11:59:55Z",
    reportingComponent: "nodegroup",
    source: { component: "nodegroup" },
  };
  const shown = {
    "Last Seen": "5s",
    Type: "Normal",
    Reason: "Updating",
    Object: "nodegroup/lab",
    "(Subobject)": null,
    "(Source)": "nodegroup",
    Message: "Sending 1.1.0.",
    "(First Seen)": "60m",
    "(Count)": 4,
    "(Name)": "e1",
  };

  it("prints as kubectl's users know it", () => {
    expect(printed(servedEvent, event)).toEqual(shown);
  });

  it("is the same event in events.k8s.io, there and back", () => {
    const renewed = servedNewEvent.view?.fromStored(event) ?? {};
    expect(renewed).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      regarding: event.involvedObject,
      note: event.message,
      reportingController: "nodegroup",
      deprecatedCount: 4,
    });
    expect(servedNewEvent.compiled.prune(renewed).unknown).toEqual([]);
    expect(printed(servedNewEvent, renewed)).toEqual(shown);
    expect(servedNewEvent.view?.toStored(renewed)).toEqual(event);
  });

  it("lies in the namespace of what it is about", () => {
    const elsewhere = { ...event, metadata: { namespace: "other" } };
    expect(servedEvent.hooks?.check?.(event)).toEqual([]);
    expect(servedEvent.hooks?.check?.(elsewhere)[0]?.field).toBe("involvedObject.namespace");
    expect(servedEvent.hooks?.check?.({ ...event, involvedObject: { kind: "Node", name: "a" } })).toEqual([]);
  });
});
