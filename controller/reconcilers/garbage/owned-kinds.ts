import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import type { Kind } from "../../api/kind.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";

/** The kinds that may own others or be owned: a revision goes with its group, and a revision's Secret with the revision. */
export const ownedKinds: readonly Kind[] = [NodeGroup, NodeGroupRevision, Firmware, Secret, ConfigMap];
