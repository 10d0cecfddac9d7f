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
    [".metadata.constructor", []],
    [".status.none.at.all", []],
  ])("%s finds %j", (path, found) => {
    expect(jsonPath(path)(object)).toEqual(found);
  });

  it.each(["metadata", ".a[", ".a[?(x)]", ".a[?(@.b==c)]", ".a..b", ".a[b]", `.${"a".repeat(2000)}`])(
    "%s is refused",
    (path) => {
      let thrown: unknown;
      try {
        jsonPath(path);
      } catch (error) {
        thrown = error;
      }
      expect(isSporeError(thrown, "SPORE_INVALID")).toBe(true);
    },
  );
});
