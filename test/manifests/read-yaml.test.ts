import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { problemText } from "../../controller/manifests/manifest.ts";
import { type KindLookup, readYaml } from "../../controller/manifests/read-yaml.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";

const crd = parse(readFileSync("crds/node-group.yaml", "utf8"));
const compiled = compileSchema(crd.spec.versions[0].schema.openAPIV3Schema, NodeGroup);
const lookup: KindLookup = (apiVersion, kind) =>
  apiVersion === "spore.dev/v1alpha1" && kind === "NodeGroup" ? { kind: NodeGroup, compiled } : undefined;

const good = `# a comment
apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata:
  name: lab
spec:
  selector:
    matchLabels: {room: lab}
  template:
    firmware:
      name: lab-1.0.0
`;

function problems(text: string): readonly string[] {
  return readYaml(text, "lab.yaml", "default", lookup).problems.map(problemText);
}

describe("readYaml", () => {
  it("reads several documents, and fills in the namespace only", () => {
    const { manifests, problems } = readYaml(`${good}---\n${good}---\n`, "lab.yaml", "lab", lookup);
    expect(problems).toEqual([]);
    expect(manifests.map(({ position }) => position.line)).toEqual([2, 14]);
    expect(manifests[0]?.object).toEqual({
      ...parse(good),
      metadata: { name: "lab", namespace: "lab" },
    });
  });

  it("reads lists and JSON", () => {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: [parse(good), parse(good)] });
    expect(readYaml(list, "lab.json", "default", lookup).manifests).toHaveLength(2);
  });

  it("knows where a field stands", () => {
    const [manifest] = readYaml(good, "lab.yaml", "default", lookup).manifests;
    expect(manifest?.positionOf("spec.template.firmware.name")).toEqual({ file: "lab.yaml", line: 11, column: 7 });
    expect(manifest?.positionOf("spec.template.config[3].values")).toMatchObject({ line: 9 });
  });

  it.each([
    ["an unknown field", good.replace("selector", "selecter"), "lab.yaml:7:3: spec.selecter: unknown field"],
    [
      "a wrong type",
      good.replace("name: lab-1.0.0", "name: 7"),
      "lab.yaml:11:7: spec.template.firmware.name: Invalid value",
    ],
    ["a missing field", good.replace(/ {2}selector:\n.*\n/, ""), "lab.yaml:6:1: spec.selector: Required value"],
    [
      "an unknown kind",
      good.replace("NodeGroup", "NodeGruop"),
      "lab.yaml:3:1: kind: unknown kind NodeGruop in spore.dev/v1alpha1",
    ],
    ["a duplicate key", `${good}spec: {}\n`, "lab.yaml:12:1: spec: this key stands here twice"],
    [
      "a duplicate key further down",
      "apiVersion: v1\nkind: List\nitems:\n  - spec:\n      labels: {spore.dev/a: b, spore.dev/a: c}\n",
      "lab.yaml:5:32: items[0].spec.labels[spore.dev/a]: this key stands here twice",
    ],
    ["a tab", good.replace("  name: lab\n", "\tname: lab\n"), "lab.yaml:5:1: "],
    ["no name", good.replace("  name: lab\n", "  labels: {}\n"), "lab.yaml:4:1: metadata.name: is required"],
    ["a scalar", "hello\n", "lab.yaml:1:1: must be an object"],
    [
      "a huge number",
      good.replace("lab-1.0.0", "9007199254740993"),
      "lab.yaml:11:7: spec.template.firmware.name: a number",
    ],
    [
      "not a number",
      good.replace("lab-1.0.0", ".nan"),
      "lab.yaml:11:7: spec.template.firmware.name: NaN is not a value that JSON has",
    ],
  ])("names file, line, column and field of %s", (_what, text, message) => {
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toContain(message);
  });

  it("does not follow an alias bomb", () => {
    const levels = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"])
      levels.push(`${to}: &${to} [${`*${from},`.repeat(9)}]`);
    expect(problems(levels.join("\n"))[0]).toContain("aliases");
  });

  it("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void problems(text)));
    const words = fc.array(
      fc.constantFrom(
        "a:",
        " ",
        "\n",
        "- ",
        "&x",
        "*x",
        "{",
        "}",
        "[",
        "]",
        "---\n",
        "kind: List\n",
        "!!set",
        '"',
        "?",
      ),
    );
    fc.assert(fc.property(words, (parts) => void problems(parts.join(""))));
  });
});
