import { describe, expect, it } from "vitest";
import { ResourceNames } from "../../../controller/cli/session/resource-names.ts";

const resource = (plural: string, kind: string, shortNames: readonly string[] = []) => ({
  resource: plural,
  responseKind: { kind },
  scope: "Cluster" as const,
  singularResource: kind.toLowerCase(),
  verbs: ["get", "list"],
  shortNames,
});

/** As a Kubernetes API server describes itself whose `spored` does not answer at the moment. */
const names = new ResourceNames([
  { items: [{ metadata: {}, versions: [{ version: "v1", resources: [resource("nodes", "Node", ["no"])] }] }] },
  {
    items: [
      { metadata: { name: "live.spore.dev" }, versions: [{ version: "v1alpha1" }] },
      {
        metadata: { name: "spore.dev" },
        versions: [{ version: "v1alpha1", resources: [resource("nodes", "Node", ["sn"])] }],
      },
    ],
  },
]);

describe("ResourceNames", () => {
  it("means our nodes by nodes, on a cluster that has others", () => {
    for (const word of ["nodes", "node", "Node", "sn", "nodes.spore.dev"])
      expect([word, names.resolve(word).map(({ group }) => group)]).toEqual([word, ["spore.dev"]]);
    expect(names.resolve("no").map(({ group }) => group)).toEqual([""]);
    expect(names.kindOf("v1", "Node")?.group).toBe("");
  });

  it("does without a group that nobody serves at the moment", () => {
    expect(names.kindOf("live.spore.dev/v1alpha1", "LiveNode")).toBe(undefined);
    expect(() => names.resolve("livenodes")).toThrow("no resource");
  });
});
