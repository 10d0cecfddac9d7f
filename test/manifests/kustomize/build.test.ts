import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { buildKustomization } from "../../../controller/manifests/kustomize/build.ts";
import { isLongRun } from "../../support/long-run.ts";
import { directoryOfTest } from "../../support/temporary-directory.ts";

const kubectl = ["/usr/lib/google-cloud-sdk/bin/kubectl.1.33"].find(existsSync);

const group = `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata: {name: lab, labels: {a: "1"}}
spec:
  selector: {matchLabels: {room: lab}}
  template: {firmware: {name: lab-1}, config: [{values: {x: 1}}]}
`;
const configMap =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {a: "1", b: "2"}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: attic}\n';

type Files = Readonly<Record<string, string>>;

function tree(files: Files): string {
  const root = directoryOfTest();
  for (const [name, text] of Object.entries({ "base/group.yaml": group, "base/config.yaml": configMap, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const base = { "base/kustomization.yaml": "resources: [group.yaml, config.yaml]\n" };

const cases: readonly (readonly [what: string, files: Files])[] = [
  ["resources", {}],
  ["a base, in a namespace", { "top/kustomization.yaml": "resources: [../base]\nnamespace: attic\n" }],
  ["names around", { "top/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\nnameSuffix: -z\n" }],
  [
    "labels and annotations",
    {
      "top/kustomization.yaml":
        "resources: [../base]\nlabels: [{pairs: {team: green}}]\ncommonAnnotations: {note: hello}\n",
    },
  ],
  [
    "patches",
    {
      "top/kustomization.yaml": `resources: [../base]
patches:
  - path: merge.yaml
  - target: {kind: NodeGroup, name: l.*}
    patch: |-
      - {op: replace, path: /spec/template/firmware/name, value: lab-2}
  - target: {kind: ConfigMap, labelSelector: "!x"}
    patch: |-
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: any}
      data: {b: null, c: "3"}
`,
      "top/merge.yaml":
        "apiVersion: spore.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: lab, labels: {b: '2'}}\nspec: {paused: true, template: {config: [{values: {y: 2}}]}}\n",
    },
  ],
  [
    "an object patched away",
    {
      "top/kustomization.yaml":
        "resources: [../base]\npatches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, $patch: delete}'}]\n",
    },
  ],
  [
    "generators",
    {
      "top/kustomization.yaml": `generatorOptions: {labels: {made: here}}
configMapGenerator:
  - {name: gen, literals: [a=1, b=x=y], files: [c.txt, k=c.txt]}
  - {name: env, envs: [lab.env], options: {disableNameSuffixHash: true, annotations: {note: hello}}}
secretGenerator:
  - {name: sec, type: x/y, literals: [p=hunter2]}
  - {name: plain, files: [c.txt]}
`,
      "top/c.txt": "text\n",
      "top/lab.env": "# comment\nA=1\nB=2\n",
    },
  ],
];

const sorted = (objects: readonly unknown[]) =>
  objects.map((object) => JSON.parse(JSON.stringify(object))).sort((a, b) => (identity(a) < identity(b) ? -1 : 1));
const identity = ({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`;

const own = async (directory: string) => {
  const [built] = await buildKustomization(directory);
  expect(built?.problems).toEqual([]);
  return sorted(built?.written.map(({ value }) => value) ?? []);
};
const topOf = (files: Files) => (Object.keys(files).some((name) => name.startsWith("top/")) ? "top" : "base");

describe("buildKustomization", () => {
  it.each(cases)("makes what was recorded of %s", async (what, files) => {
    const built = await own(join(tree({ ...base, ...files }), topOf(files)));
    await expect(`${JSON.stringify(built, undefined, 2)}\n`).toMatchFileSnapshot(
      `../../golden/kustomize/${what.replace(/\W+/g, "-")}.json`,
    );
  });

  const longCases = isLongRun ? cases : []; // asks the real one again
  it.skipIf(kubectl === undefined).each(longCases)(
    "makes what kustomize makes of %s (needs kubectl 1.33)",
    async (_what, files) => {
      const directory = join(tree({ ...base, ...files }), topOf(files));
      const theirs = execFileSync(kubectl ?? "", ["kustomize", directory], { encoding: "utf8" });
      const objects = parseAllDocuments(theirs).map((document) => document.toJS());
      expect(await own(directory)).toEqual(sorted(objects));
    },
  );

  it.each<[string, Files, string]>([
    ["no kustomization", {}, "has no kustomization.yaml"],
    [
      "a field it does not understand",
      { "top/kustomization.yaml": "resources: []\nhelmCharts: []\nvars: []\n" },
      "helmCharts, vars: not understood without kustomize",
    ],
    [
      "a repository",
      { "top/kustomization.yaml": "resources: [https://example.dev/a]\n" },
      "only files and directories are read here",
    ],
    ["a missing resource", { "top/kustomization.yaml": "resources: [nope.yaml]\n" }, "nope.yaml does not exist"],
    ["a circle", { "top/kustomization.yaml": "resources: [../top]\n" }, "or in a circle"],
    [
      "a patch for nobody",
      { "top/kustomization.yaml": "resources: [../base]\npatches: [{target: {kind: Node}, patch: '{}'}]\n" },
      'nothing fits {"kind":"Node"}',
    ],
    [
      "a bad expression",
      { "top/kustomization.yaml": "resources: [../base]\npatches: [{target: {kind: '('}, patch: '{}'}]\n" },
      '"(" is no regular expression',
    ],
    [
      "a bad generator",
      { "top/kustomization.yaml": "configMapGenerator: [{name: a, behavior: merge}]\n" },
      "behavior: merge is not understood",
    ],
    ["no YAML", { "top/kustomization.yaml": "a: [\n" }, "kustomization.yaml: "],
  ])("refuses %s", async (_what, files, message) => {
    await expect(buildKustomization(join(tree({ ...base, ...files }), "top"))).rejects.toThrow(message);
  });
});
