import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { jsonPath } from "../../controller/schema/json-path.ts";

const object = {
  metadata: { name: "r1", annotations: { "spore.dev/why": "test" } },
  spec: { artifacts: [{ size: 1 }, { size: 2 }], "odd key": 3 },
  status: {
    conditions: [
      { type: "Ready", status: "True", generation: 4 },
      { type: "Stalled", status: "False", generation: 5, note: "(x)" },
    ],
  },
};

describe("jsonPath", () => {
  it.each([
    [".metadata.name", ["r1"]],
    ["{.metadata.name}", ["r1"]],
    ["$.metadata.name", ["r1"]],
    [".metadata.annotations.spore\\.dev/why", ["test"]],
    [".metadata.annotations['spore\\.dev/why']", ["test"]],
    ['.metadata.annotations["spore.dev/why"]', ["test"]],
    [".spec['odd key']", [3]],
    [".spec.artifacts[0].size", [1]],
    [".spec.artifacts[-1].size", [2]],
    [".spec.artifacts[-2].size", [1]],
    [".spec.artifacts[7].size", []],
    [".spec.artifacts[*].size", [1, 2]],
    [".spec.artifacts.*.size", [1, 2]],
    ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
    [".status.conditions[?(@.type == 'Stalled')].status", ["False"]],
    ['.status.conditions[?(@.type!="Ready")].status', ["False"]],
    [".status.conditions[?(@.generation>4)].type", ["Stalled"]],
    [".status.conditions[?(@.generation<=4)].type", ["Ready"]],
    [".status.conditions[?(@.note)].type", ["Stalled"]],
    [".status.conditions[?(@.type<5)].type", []],
    [".spec.artifacts[0:1].size", [1]],
    [".spec.artifacts[1:].size", [2]],
    [".spec.artifacts[:1].size", [1]],
    [".spec.artifacts[::2].size", [1]],
    [".spec.artifacts[0,1].size", [1, 2]],
    [".metadata['name','annotations']", ["r1", { "spore.dev/why": "test" }]],
    [".metadata['annotations.spore\\.dev/why']", ["test"]],
    ["..size", [1, 2]],
    [".status..generation", [4, 5]],
    [".status.conditions[?(@.note=='(x)')].type", ["Stalled"]],
    [".status.conditions[?(@.type!=@.status)].type", ["Ready", "Stalled"]],
    [".metadata.constructor", []],
    [".status.none.at.all", []],
  ])("%s finds %j", (path, found) => {
    expect(jsonPath(path)(object)).toEqual(found);
  });

  it.each([
    "metadata",
    ".a[",
    ".a[?(x)]",
    ".a[?(@.b==c)]",
    ".a....b",
    ".a[b]",
    ".a[]",
    ".a[?(@.b=~1)]",
    `.${"a".repeat(2000)}`,
  ])("%s is refused", (path) => {
    let thrown: unknown;
    try {
      jsonPath(path);
    } catch (error) {
      thrown = error;
    }
    expect(isSporeError(thrown, "SPORE_INVALID")).toBe(true);
  });

  it.each([
    [".spec.artifacts[7]", "array index out of bounds: index 7, length 2"],
    [".spec.artifacts[-3]", "array index out of bounds: index -1, length 2"],
    [".spec.artifacts[0:3]", "array index out of bounds: index 2, length 2"],
    [".spec.artifacts[1:0]", "starting index 1 is greater than ending index 0"],
    [".metadata.name[0]", "string is not array or slice"],
    [".metadata[?(@.a)]", "object is not array or slice and cannot be filtered"],
    [".status.conditions[?(@.type==4)]", "incompatible types for comparison"],
  ])("%s says why it finds nothing", (path, why) => {
    const said: string[] = [];
    const found = jsonPath(path, (text) => {
      said.push(text);
      return [];
    });
    expect(found(object)).toEqual([]);
    expect(said).toContain(why);
  });
});
