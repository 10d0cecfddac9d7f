import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { manifestFileMaxBytes } from "../../controller/base/limits.ts";
import { parseStream, readTree, type TreeOptions } from "../../controller/manifests/read-tree.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import { CustomResourceDefinition } from "../../controller/schema/custom-resource-definition.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const compiled = compileSchema({ type: "object", "x-kubernetes-preserve-unknown-fields": true }, ConfigMap);
const options: TreeOptions = {
  recursive: false,
  namespace: "default",
  lookup: (_apiVersion, kind) => (kind === "ConfigMap" ? { kind: ConfigMap, compiled } : undefined),
};
const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

function tree(files: Readonly<Record<string, string>>): string {
  const root = directoryOfTest();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe("readTree", () => {
  it("reads manifests by name, and neither hidden nor other files", async () => {
    const root = tree({
      "b.yml": manifest("b"),
      "a.yaml": manifest("a"),
      ".c.yaml": "x",
      "README.md": "x",
      "d/e.yaml": manifest("e"),
    });
    const names = async (recursive: boolean) =>
      (await readTree(root, { ...options, recursive })).manifests.map(({ object }) => object.metadata.name);
    expect(await names(false)).toEqual(["a", "b"]);
    expect(await names(true)).toEqual(["a", "b", "e"]);
  });

  it("refuses an object that stands in two files", async () => {
    const { problems } = await readTree(tree({ "a.yaml": manifest("a"), "b.yaml": manifest("a") }), options);
    expect(problems).toMatchObject([{ field: "metadata.name", message: expect.stringContaining("a.yaml:1:1") }]);
  });

  it("refuses a link that leads out", async () => {
    const root = tree({ "a.yaml": manifest("a") });
    symlinkSync("/etc/hostname", join(root, "b.yaml"));
    await expect(readTree(root, options)).rejects.toThrow("leads out of the directory");
  });

  it("opens nothing in a directory but files", async () => {
    const pipe = tree({ "a.yaml": manifest("a") });
    execFileSync("mkfifo", [join(pipe, "b.yaml")]);
    await expect(readTree(pipe, { ...options, pipes: true })).rejects.toThrow("b.yaml is no regular file");
    const device = tree({});
    symlinkSync("/dev/zero", join(device, "b.yaml"));
    await expect(readTree(device, options)).rejects.toThrow("leads out of the directory");
  });

  it("reads a pipe that is named itself, where that is wanted, and never more than a manifest may have", async () => {
    const pipe = join(tree({}), "pipe");
    execFileSync("mkfifo", [pipe]);
    const [{ manifests }] = await Promise.all([
      readTree(pipe, { ...options, pipes: true }),
      writeFile(pipe, manifest("a")),
    ]);
    expect(manifests.map(({ position }) => position.file)).toEqual([pipe]);
    await expect(readTree(pipe, options)).rejects.toThrow("is no regular file");
    await expect(readTree("/dev/zero", { ...options, pipes: true })).rejects.toThrow("a manifest file may have");
  });

  it("does not read a manifest of 50 MB", async () => {
    const root = tree({ "a.yaml": "#".repeat(manifestFileMaxBytes + 1) });
    await expect(readTree(root, options)).rejects.toThrow(`has ${manifestFileMaxBytes + 1} bytes`);
    async function* endless() {
      for (;;) yield Buffer.alloc(65536, "#");
    }
    await expect(parseStream(endless())).rejects.toThrow("standard input has");
  });

  it("says what it could not find, and what is no text", async () => {
    await expect(readTree("/nowhere/at/all", options)).rejects.toThrow("/nowhere/at/all does not exist");
    const root = tree({});
    writeFileSync(join(root, "a.yaml"), Buffer.from([0xff, 0xfe, 0x00]));
    expect((await readTree(root, options)).problems).toMatchObject([{ message: "is not UTF-8 text" }]);
  });
});

describe("a tree that brings its own kinds", () => {
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
  const kettle = (litres: string) =>
    `apiVersion: example.dev/v1\nkind: Kettle\nmetadata: {name: red}\nspec: {litres: ${litres}}\n`;

  it("knows them in whatever order the files come, and checks their objects", async () => {
    const served = { kind: CustomResourceDefinition };
    const lookup: TreeOptions["lookup"] = (_version, kind) =>
      kind === CustomResourceDefinition.kind ? served : undefined;
    const good = await readTree(tree({ "a.yaml": kettle("2"), "b.yaml": crd }), { ...options, lookup });
    expect(good.problems).toEqual([]);
    expect(good.manifests.map(({ kind }) => kind.plural)).toEqual(["kettles", "customresourcedefinitions"]);
    const bad = await readTree(tree({ "a.yaml": kettle("hot"), "b.yaml": crd }), { ...options, lookup });
    expect(bad.problems).toMatchObject([{ field: "spec.litres", position: { line: 4, column: 8 } }]);
  });
});
