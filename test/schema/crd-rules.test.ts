import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import type { JsonObject, JsonValue } from "../../controller/base/json.ts";
import { parseCrd } from "../../controller/schema/crd-rules.ts";

const version = {
  name: "v1alpha1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: "object" } },
};
const spec = {
  group: "spore.dev",
  scope: "Namespaced",
  names: { plural: "runs", kind: "Run" },
  versions: [version],
};
const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "runs.spore.dev" },
  spec,
};

/** The fields that the error names; empty when the CRD is accepted. */
function faults(value: JsonValue): readonly (string | undefined)[] {
  try {
    parseCrd(value, "run.yaml");
    return [];
  } catch (error) {
    if (!isSporeError(error, "SPORE_INVALID")) throw error;
    return error.details.causes?.map((cause) => cause.field) ?? ["?"];
  }
}

describe("parseCrd", () => {
  it("accepts the least that a CRD must say, and fills in defaults", () => {
    expect(parseCrd(crd, "run.yaml").spec).toMatchObject({ conversion: { strategy: "None" } });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ["another name", { ...crd, metadata: { name: "run" } }, ["metadata.name"]],
    ["no name", { ...crd, metadata: {} }, ["metadata.name"]],
    ["a misspelt field", { ...crd, spec: { ...spec, scopee: "x" } }, ["spec.scopee"]],
    ["an unknown scope", { ...crd, spec: { ...spec, scope: "Galaxy" } }, ["spec.scope"]],
    ["no versions", { ...crd, spec: { ...spec, versions: [] } }, ["spec.versions", "status.storedVersions"]],
    [
      "no storage version",
      { ...crd, spec: { ...spec, versions: [{ ...version, storage: false }] } },
      ["spec.versions", "status.storedVersions"],
    ],
    [
      "a version twice",
      { ...crd, spec: { ...spec, versions: [version, { ...version, storage: false }] } },
      ["spec.versions"],
    ],
    [
      "no schema",
      { ...crd, spec: { ...spec, versions: [{ ...version, schema: {} }] } },
      ["spec.versions[0].schema.openAPIV3Schema"],
    ],
    [
      "a schema that is not structural",
      { ...crd, spec: { ...spec, versions: [{ ...version, schema: { openAPIV3Schema: {} } }] } },
      ["spec.versions[0].schema.openAPIV3Schema.type"],
    ],
    [
      "a malformed column",
      {
        ...crd,
        spec: {
          ...spec,
          versions: [{ ...version, additionalPrinterColumns: [{ name: "A", type: "text", jsonPath: "a" }] }],
        },
      },
      ["spec.versions[0].additionalPrinterColumns[0].type", "spec.versions[0].additionalPrinterColumns[0].JSONPath"],
    ],
    [
      "names in upper case",
      {
        ...crd,
        metadata: { name: "Runs.spore.dev" },
        spec: { ...spec, names: { plural: "Runs", kind: "Run", shortNames: ["R"] } },
      },
      ["spec.names.plural", "spec.names.shortNames[0]"],
    ],
  ])("refuses %s", (_name, value, fields) => {
    expect(faults(value)).toEqual(fields);
  });

  it("refuses what is no object at all", () => {
    expect(faults([1])).toEqual(["?"]);
  });
});
