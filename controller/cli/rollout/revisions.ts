import type { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { SporeError } from "../../base/errors.ts";
import { listAll } from "../../client/list-all.ts";
import { scopeOf } from "../session/objects.ts";
import type { Session } from "../session/session.ts";

/** The revisions of a group that are still kept, oldest first. */
export async function revisionsOf(
  group: NodeGroup,
  session: Session,
  signal: AbortSignal,
): Promise<readonly NodeGroupRevision[]> {
  const scope = scopeOf(NodeGroupRevision, group.metadata.namespace ?? session.namespace);
  const { items } = await listAll(session.client, NodeGroupRevision, scope, signal);
  return items.filter(({ spec }) => spec.group === group.metadata.name).sort((a, b) => a.spec.number - b.spec.number);
}

/** The one that the user names by its number. */
export function numbered(revisions: readonly NodeGroupRevision[], text: string, flag: string): NodeGroupRevision {
  const found = revisions.find(({ spec }) => String(spec.number) === text);
  if (found) return found;
  const known = revisions.map(({ spec }) => spec.number).join(", ") || "none";
  throw new SporeError("SPORE_NOT_FOUND", `${flag}=${text}: there is no such revision`, { hint: `there are ${known}` });
}
