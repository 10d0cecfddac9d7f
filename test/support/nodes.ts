import type { Node } from "../../controller/api/node.ts";

/** Where the API has Nodes. */
export const nodesPath = "/apis/spore.dev/v1alpha1/nodes";

/** A Node with that name, and whatever else matters to the test. */
export function nodeNamed(
  name: string,
  parts: Partial<Pick<Node, "spec" | "status">> & { metadata?: object } = {},
): Node {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Node",
    spec: { family: "spore", paused: false },
    ...parts,
    metadata: { name, ...parts.metadata },
  };
}
