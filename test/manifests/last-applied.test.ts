import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { lastApplied, lastAppliedAnnotation, withLastApplied } from "../../controller/manifests/last-applied.ts";

/** What kubectl 1.33 wrote for the document below into a real cluster. */
const byKubectl =
  '{"apiVersion":"v1","data":{"a":"2","b":"\\u003ca\\u0026b\\u003e\\u2028x"},"kind":"ConfigMap","metadata":{"annotations":{},"labels":{"a":"2","z":"1"},"name":"html","namespace":"default"}}\n';
const object = parse(`kind: ConfigMap
apiVersion: v1
metadata:
  name: html
  namespace: default
  labels: {z: "1", a: "2"}
data:
  b: "<a&b>\\u2028x"
  a: "2"
`);

describe("withLastApplied", () => {
  it("writes the same text as kubectl, so that either takes the other's work for its own", () => {
    expect(withLastApplied(object).metadata.annotations).toEqual({ [lastAppliedAnnotation]: byKubectl });
  });

  it("does not write itself into itself", () => {
    expect(withLastApplied(withLastApplied(object))).toEqual(withLastApplied(object));
  });
});

describe("lastApplied", () => {
  it("reads what was written, and takes other texts for none", () => {
    expect(lastApplied(withLastApplied(object))).toEqual({
      ...object,
      metadata: { ...object.metadata, annotations: {} },
    });
    const annotations = { [lastAppliedAnnotation]: "{" };
    expect(lastApplied({ ...object, metadata: { ...object.metadata, annotations } })).toBeUndefined();
    expect(lastApplied(object)).toBeUndefined();
  });
});
