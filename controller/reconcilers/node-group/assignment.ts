import { keyOf, keyText } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import { isSporeError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import type { Client } from "../../client/client.ts";
import type { Cache } from "../../runtime/cache.ts";
import { eachOf } from "../steps.ts";

/** Writes that may be in flight at once. */
const parallelWrites = 32;

/** The nodes whose assignment names this group, wherever they belong by now. */
export function assignedNodes(nodes: Cache<Node>, group: NodeGroup): readonly Node[] {
  return nodes.index(byAssignedGroup).get(keyText(keyOf(group)));
}

function byAssignedGroup(node: Node): readonly string[] {
  const group = node.spec.assignment?.group;
  return group === undefined ? [] : [group];
}

/**
 * Gives each node the same spec fields, provided that it is still as it was read. One that was modified or deleted meanwhile is left alone.
 *
 * @returns how many were left alone; look at those again.
 */
export async function patchSpecs(
  client: Client,
  nodes: readonly Node[],
  spec: JsonValue,
  signal: AbortSignal,
): Promise<number> {
  let missed = 0;
  await eachOf(nodes, parallelWrites, async (node) => {
    const { resourceVersion = "", uid = "" } = node.metadata;
    try {
      const body = { metadata: { resourceVersion, uid }, spec };
      await client.patch(Node, keyOf(node), { type: "merge", body }, { signal });
    } catch (error) {
      if (!isSporeError(error, "SPORE_CONFLICT") && !isSporeError(error, "SPORE_NOT_FOUND")) throw error;
      missed += 1;
    }
  });
  return missed;
}
