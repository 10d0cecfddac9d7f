import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JsonValue } from "../../../controller/base/json.ts";
import type { JsonSchemaProps } from "../../../controller/schema/schema.ts";
import { FieldSet } from "../../../controller/schema/structured-merge/field-set.ts";
import { fieldsOf } from "../../../controller/schema/structured-merge/fields-of.ts";
import {
  type Applied,
  type Ownership,
  ownedAfterApply,
  ownedAfterUpdate,
} from "../../../controller/schema/structured-merge/managers.ts";
import { merged } from "../../../controller/schema/structured-merge/merge.ts";

const text: JsonSchemaProps = { type: "string" };
const schema: JsonSchemaProps = {
  type: "object",
  properties: {
    image: text,
    replicas: { type: "integer" },
    labels: { type: "object", additionalProperties: text },
    tags: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    args: { type: "array", items: text },
    point: { type: "object", "x-kubernetes-map-type": "atomic", properties: { x: text, y: text } },
    nested: { type: "object", properties: { a: text, b: text } },
    ports: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: { type: "object", properties: { name: text, port: { type: "integer" }, protocol: text } },
    },
  },
};

function value(yaml: string): JsonValue {
  return parse(yaml);
}

/** An object that managers write to, one after the other. */
class Subject {
  value: JsonValue = {};
  ownership: Ownership = new Map();

  apply(manager: string, yaml: string, force = false): Applied {
    const applied = ownedAfterApply(this.#by(manager), value(yaml), force);
    if (applied.kind === "applied") Object.assign(this, { value: applied.value, ownership: applied.ownership });
    return applied;
  }

  update(manager: string, yaml: string): void {
    Object.assign(this, ownedAfterUpdate(this.#by(manager), value(yaml)));
  }

  fieldsOf(manager: string): unknown {
    return this.ownership.get(manager)?.toFieldsV1();
  }

  #by(manager: string) {
    return {
      live: this.value,
      ownership: this.ownership,
      manager,
      schema,
      reachable: (fields: FieldSet) => fields,
      unowned: FieldSet.empty,
    };
  }
}

describe("fieldsOf", () => {
  it("names what a configuration owns as FieldsV1 does", () => {
    const yaml =
      "{image: a, labels: {app: x}, tags: [x, y], args: [1, 2], point: {x: a}, nested: {a: b}, ports: [{name: http, port: 1}]}";
    expect(fieldsOf(value(yaml), schema).toFieldsV1()).toEqual({
      "f:args": {},
      "f:image": {},
      "f:labels": { "f:app": {} },
      "f:nested": { "f:a": {} },
      "f:point": {},
      "f:ports": { 'k:{"name":"http"}': { ".": {}, "f:name": {}, "f:port": {} } },
      "f:tags": { 'v:"x"': {}, 'v:"y"': {} },
    });
  });

  it("comes back from FieldsV1 as it went", () => {
    const fields = fieldsOf(
      value("{labels: {}, nested: null, tags: [x], ports: [{name: a}, {name: b, port: 1}]}"),
      schema,
    );
    expect(FieldSet.fromFieldsV1(fields.toFieldsV1())?.equals(fields)).toBe(true);
  });
});

describe("merged", () => {
  it.each([
    ["[a, b, c]", "[c, a]", ["b", "c", "a"]],
    ["[a, b, c]", "[b]", ["a", "b", "c"]],
    ["[a, b, c]", "[d, b]", ["a", "d", "b", "c"]],
    ["[a, b]", "[b, a]", ["b", "a"]],
    ["[]", "[a]", ["a"]],
  ])("puts %s and the applied %s in the order %j", (live, applied, order) => {
    expect(merged(value(live), value(applied), schema.properties?.tags ?? {})).toEqual(order);
  });
});

describe("ownedAfterApply", () => {
  it("removes what a manager applied before and applies no longer", () => {
    const subject = new Subject();
    subject.apply("a", "{image: x, labels: {app: x, tier: y}, nested: {a: b}, ports: [{name: http, port: 1}]}");
    subject.apply("a", "{image: x, labels: {app: x}}");
    expect(subject.value).toEqual({ image: "x", labels: { app: "x" } });
  });

  it("leaves what others own, too", () => {
    const subject = new Subject();
    subject.apply("a", "{image: x, ports: [{name: http, port: 1}]}");
    subject.apply("b", "{ports: [{name: http, protocol: tcp}]}");
    subject.apply("a", "{image: x}");
    expect(subject.value).toEqual({ image: "x", ports: [{ name: "http", protocol: "tcp" }] });
    expect(subject.fieldsOf("a")).toEqual({ "f:image": {} });
  });

  it("removes an item that only its parts are owned of by others", () => {
    const subject = new Subject();
    subject.apply("a", "{ports: [{name: http, port: 1}]}");
    subject.update("b", "{ports: [{name: http, port: 1, protocol: tcp}]}");
    subject.apply("a", "{image: x}");
    expect(subject.value).toEqual({ image: "x" });
    expect(subject.fieldsOf("b")).toBeUndefined();
  });

  it("conflicts over a value that another manager wants to be another, and takes it by force", () => {
    const subject = new Subject();
    subject.apply("a", "{image: x, replicas: 1}");
    const conflict = subject.apply("b", "{image: y, replicas: 1}");
    expect(conflict).toMatchObject({ kind: "conflicts" });
    expect(conflict.kind === "conflicts" && [...(conflict.conflicts.get("a")?.paths() ?? [])]).toEqual([".image"]);
    subject.apply("b", "{image: y, replicas: 1}", true);
    expect(subject.value).toEqual({ image: "y", replicas: 1 });
    expect(subject.fieldsOf("a")).toEqual({ "f:replicas": {} });
    expect(subject.fieldsOf("b")).toEqual({ "f:image": {}, "f:replicas": {} });
  });
});

describe("ownedAfterUpdate", () => {
  it("makes what a write changes the writer's own, with the objects that came with it", () => {
    const subject = new Subject();
    subject.apply("a", "{image: x, replicas: 1}");
    subject.update("b", "{image: y, replicas: 1, labels: {app: x}}");
    expect(subject.fieldsOf("a")).toEqual({ "f:replicas": {} });
    expect(subject.fieldsOf("b")).toEqual({ "f:image": {}, "f:labels": { ".": {}, "f:app": {} } });
    subject.update("c", "{image: y}");
    expect(subject.fieldsOf("a")).toBeUndefined();
    expect(subject.fieldsOf("b")).toEqual({ "f:image": {} });
  });
});
