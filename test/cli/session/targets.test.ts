import { describe, expect, it } from "vitest";
import { type DiscoveryDocument, ResourceNames } from "../../../controller/cli/session/resource-names.ts";
import { readTargets } from "../../../controller/cli/session/targets.ts";

const resource = (plural: string, kind: string, shortName: string, scope: "Namespaced" | "Cluster") => ({
  resource: plural,
  responseKind: { kind },
  scope,
  singularResource: kind.toLowerCase(),
  shortNames: [shortName],
  categories: ["spore"],
});
const document: DiscoveryDocument = {
  items: [
    {
      metadata: { name: "spore.dev" },
      versions: [
        {
          version: "v1alpha1",
          resources: [
            resource("nodes", "Node", "sn", "Cluster"),
            resource("nodegroups", "NodeGroup", "ng", "Namespaced"),
          ],
        },
      ],
    },
  ],
};
const names = new ResourceNames([document]);

function read(...words: string[]): readonly string[] {
  return readTargets(words, names).map(({ kind, name }) => `${kind.plural} ${name ?? "*"}`);
}

describe("readTargets", () => {
  it.each([
    [["nodes"], ["nodes *"]],
    [
      ["sn", "a", "b"],
      ["nodes a", "nodes b"],
    ],
    [
      ["Node/a", "ng/b"],
      ["nodes a", "nodegroups b"],
    ],
    [["nodes,ng"], ["nodes *", "nodegroups *"]],
    [["nodes.spore.dev", "a"], ["nodes a"]],
    [["nodegroup.v1alpha1.spore.dev", "a"], ["nodegroups a"]],
    [["spore"], ["nodes *", "nodegroups *"]],
  ])("reads %j", (words, targets) => {
    expect(read(...words)).toEqual(targets);
  });

  it.each([
    [["pods"], 'the server has no resource called "pods"'],
    [["nodes.apps"], 'the server has no resource called "nodes.apps"'],
    [["nodes", "ng/a"], '"ng/a" names a kind again; write either "KIND NAME…" or "KIND/NAME…"'],
    [["node/"], '"node/" does not name an object; write KIND/NAME'],
    [[], "say what, such as `nodes` or `node/esp-a1b2c3`"],
  ])("refuses %j", (words, message) => {
    expect(() => read(...words)).toThrow(message);
  });
});
