import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readCrds } from "../../controller/schema/read-crds.ts";
import { editorSchemaText } from "../../controller/tools/editor-schema-text.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const ajv = new Ajv({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  validateFormats: false,
});
const validate = ajv.compile(JSON.parse(editorSchemaText(readCrds(join(checkout, "crds")))));

function faults(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** YAML that is no object of the API: what Prometheus and kustomize read. */
const otherFiles = /^observability\/|kustomization\.yaml$/;
const manifests = readdirSync(join(checkout, "manifests"), { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".yaml") && !otherFiles.test(path),
);

describe("editorSchemaText", () => {
  it.each(manifests)("accepts manifests/%s", (path) => {
    const documents = parseAllDocuments(readFileSync(join(checkout, "manifests", path), "utf8"));
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(faults(document.toJS())).toEqual([]);
  });

  const group = {
    apiVersion: "spore.dev/v1alpha1",
    kind: "NodeGroup",
    metadata: { name: "lab" },
    spec: {
      selector: { matchLabels: { room: "lab" } },
      template: { firmware: { name: "a" } },
      strategy: { maxUnavailable: "25%" },
    },
  };

  it("marks a misspelt field, a wrong type and a value that is not on the list", () => {
    const spec = {
      ...group.spec,
      minReadySecond: 5,
      paused: "yes",
      adoption: "Sometimes",
      strategy: { maxUnavailable: true },
    };
    expect(faults(group)).toEqual([]);
    expect(faults({ ...group, spec })).toEqual([
      "/spec must NOT have additional properties",
      "/spec/adoption must be equal to one of the allowed values",
      "/spec/strategy/maxUnavailable must be integer,string",
      "/spec/paused must be boolean",
    ]);
    expect(faults({ ...group, metadata: { nam: "lab" } })).toEqual(["/metadata must NOT have additional properties"]);
  });

  it("wants what every object must have, and lets other kinds pass", () => {
    expect(faults({ kind: "NodeGroup" })).toEqual([
      " must have required property 'apiVersion'",
      " must have required property 'metadata'",
    ]);
    expect(faults({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { x: "1" } })).toEqual([]);
  });
});
