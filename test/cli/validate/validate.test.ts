import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const group = `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata:
  name: lab
spec:
  selector:
    matchLabels: {room: lab}
  template:
    firmware: {name: lab-1.1.0}
    config: [{configMapRef: {name: lab}}]
`;
const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: lab}
data: {a: "1"}
`;
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kettles.example.dev}
spec:
  group: example.dev
  scope: Cluster
  names: {plural: kettles, kind: Kettle}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {litres: {type: integer}}}}
`;
const kettle = `apiVersion: example.dev/v1
kind: Kettle
metadata: {name: red}
spec: {litres: hot}
`;
/** A mistake of each sort, with a word in it that XML, a terminal and a workflow command would each obey. */
const faulty = `${group.replace("selector", "selecter").replace("name: lab", "name: Lab_1")}---
${configMap.replace('"1"', "7")}---
apiVersion: spore.dev/v1alpha1
kind: "Node\\u001b[2J<Group>"
metadata: {name: a}
---
${kettle}---
\tnot: yaml
`;

describe("sporectl validate", () => {
  it("passes what a server would take, and warns of what only a server knows", async () => {
    await mkdir(join(stage.folder, "good/deep"), { recursive: true });
    await stage.file("good/deep/group.yaml", group);
    await stage.file("good/config.yaml", configMap);
    await stage.file("good/kustomization.yaml", "resources: [config.yaml]\n");
    const line = "validate %/good";
    await expectGolden("validate-good", line, await stage.run(line));
    expect((await stage.run(`${line} --strict`)).code).toBe(exitCodes.failed);
  });

  it.each(["text", "json", "junit", "github"])("tells in the form %s what is wrong, and where", async (format) => {
    await stage.file("faulty.yaml", faulty);
    const line = `validate %/faulty.yaml -o ${format}`;
    const ran = await stage.run(line);
    expect(ran.out).not.toContain("\u001b");
    await expectGolden(`validate-faulty-${format}`, line, ran);
  });

  it("knows the kinds of CRDs among the files, and of those it is shown", async () => {
    await mkdir(join(stage.folder, "crds"), { recursive: true });
    await stage.file("crds/crd.yaml", crd);
    await stage.file("kettle.yaml", kettle);
    for (const line of ["validate %/kettle.yaml %/crds", "validate %/kettle.yaml --crds %/crds"]) {
      const ran = await stage.run(line);
      expect(ran.out).toContain("kettle.yaml:4:8: error: spec.litres: Invalid value");
      expect(ran.code).toBe(exitCodes.failed);
    }
    expect(await stage.run("validate %/kettle.yaml")).toMatchObject({ code: exitCodes.done });
  });

  it("looks at the rules of a CRD, also those about the whole object", async () => {
    const rule = `x-kubernetes-validations: [{rule: 'self.metadata.name != "red"', message: no red ones}]\n          properties:`;
    await stage.file("crds/crd.yaml", crd.replace("properties:", rule));
    await stage.file("kettle.yaml", kettle.replace("hot", "2"));
    const line = "validate %/kettle.yaml --crds %/crds";
    await expectGolden("validate-rule", line, await stage.run(line));
    await stage.file("kettle.yaml", kettle);
  });

  it("says what is wrong with a CRD itself", async () => {
    await stage.file("crd.yaml", crd.replace("type: integer", "minimum: 3").replace("name: kettles.", "name: pots."));
    const line = "validate %/crd.yaml";
    await expectGolden("validate-crd", line, await stage.run(line));
  });

  it("reads standard input", async () => {
    const ran = await stage.run("validate -", configMap);
    expect(ran).toEqual({ code: exitCodes.done, out: "1 object in 1 file: valid\n", err: "" });
  });

  it("shows a part of a long line", async () => {
    const json = JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { a: "x".repeat(500) },
      typo: 1,
    });
    await stage.file("long.json", json);
    const { out } = await stage.run("validate %/long.json");
    const [, shown = "", caret = ""] = out.split("\n");
    expect(shown.length).toBeLessThan(120);
    expect(shown[caret.indexOf("^")]).toBe('"');
    expect(shown.slice(caret.indexOf("^"))).toMatch(/^"typo":1/);
  });

  it.each([
    ["validate-no-path", "validate"],
    ["validate-missing", "validate %/nowhere"],
    ["validate-no-format", "validate %/faulty.yaml -o xml"],
    ["help-validate", "validate --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
