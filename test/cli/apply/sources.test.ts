import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes, type Io } from "../../../controller/cli/io.ts";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { urls } from "../../support/api-server.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const configMap = (name: string, more = "") =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: {a: "1"}\n`;

describe("where sporectl apply takes objects from", () => {
  it("builds a kustomization, also where there is neither kubectl nor kustomize", async () => {
    const folder = join(stage.folder, "kustom");
    mkdirSync(folder);
    writeFileSync(
      join(folder, "kustomization.yaml"),
      "resources: [one.yaml]\nnamePrefix: k-\nconfigMapGenerator: [{name: gen, literals: [a=1]}]\n",
    );
    writeFileSync(join(folder, "one.yaml"), configMap("one"));
    const io = capturedIo({ SPORE_KUBECONFIG: stage.kubeconfig, PATH: "/nowhere" });
    expect(await runCli(["apply", "-k", folder], io)).toBe(exitCodes.done);
    expect(io.written.out).toBe("configmap/k-one created\nconfigmap/k-gen-h29d89cmmt created\n");
  });

  it("reads several files and folders", async () => {
    await stage.file("a.yaml", configMap("a"));
    await stage.file("b.yaml", configMap("b"));
    expect((await stage.run("apply -f %/a.yaml -f %/b.yaml")).out).toBe("configmap/a created\nconfigmap/b created\n");
    expect((await stage.run("apply -f %/a.yaml -f %/a.yaml")).err).toContain("stands already at");
    expect((await stage.run("apply -f %/a.yaml -f %/b.yaml -l none=such")).out).toBe("");
  });

  it.each([
    ["apply-http", "apply -f http://127.0.0.1:2/a.yaml"],
    ["apply-https-nobody", "apply -f https://127.0.0.1:2/a.yaml"],
    ["apply-files-and-kustomization", "apply -f %/a.yaml -k %/kustom"],
    ["apply-no-kustomization", "apply -k %"],
  ])("%s", async (name, line) => {
    const io = capturedIo({ SPORE_KUBECONFIG: stage.kubeconfig, PATH: "/nowhere" });
    const code = await runCli(line.replaceAll("%", stage.folder).split(" "), io);
    const hide = (text: string) => text.replaceAll(stage.folder, "%");
    await expectGolden(name, line, { code, out: hide(io.written.out), err: hide(io.written.err) });
  });
});

describe("sporectl apply of a kind that it brings itself", () => {
  const crd = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kettles.example.dev}
spec:
  group: example.dev
  scope: Namespaced
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
  const kettle = (litres: string) =>
    `---\napiVersion: example.dev/v1\nkind: Kettle\nmetadata: {name: red, namespace: attic}\nspec: {litres: ${litres}}\n`;
  const namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: attic}\n";

  it("checks all of it first, and waits until the kind is served", async () => {
    await stage.file("set.yaml", kettle("hot") + crd + namespace);
    expect((await stage.run("apply -f %/set.yaml")).err).toContain("set.yaml:5:8: spec.litres: Invalid value");
    await stage.file("set.yaml", kettle("2") + crd + namespace);
    const line = "apply -f %/set.yaml";
    await expectGolden(
      "apply-new-kind-dry-run",
      `${line} --dry-run=server`,
      await stage.run(`${line} --dry-run=server`),
    );
    await expectGolden("apply-new-kind", line, await stage.run(line));
    expect((await stage.run(line)).out).toMatch(/(.* unchanged\n){3}/);
  });
});

describe("sporectl apply that is interrupted", () => {
  it("says how far it came, and what it wrote is whole", async () => {
    await stage.file("many.yaml", Array.from({ length: 30 }, (_, index) => configMap(`m${index}`)).join(""));
    const stop = new AbortController();
    const io = capturedIo({ SPORE_KUBECONFIG: stage.kubeconfig }, "", stop.signal);
    let lines = 0;
    const out: Io["out"] = {
      ...io.out,
      write(text) {
        io.out.write(text);
        lines += 1;
        if (lines === 3) stop.abort();
      },
    };
    expect(await runCli(["apply", "-f", join(stage.folder, "many.yaml")], { ...io, out })).toBe(exitCodes.interrupted);
    expect(io.written.err).toBe("interrupted: 3 of 30 objects were applied; the others are as they were\n");
    const { items } = (await stage.asker.get(urls.configMaps)).json;
    const made = items.filter(({ metadata }: { metadata: { name: string } }) => /^m\d/.test(metadata.name));
    expect(made.length).toBeLessThanOrEqual(4);
    for (const { data } of made) expect(data).toEqual({ a: "1" });
  });
});
