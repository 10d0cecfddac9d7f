import type { ServedKind } from "../served-kind.ts";
import { servedConfigMap } from "./config-map.ts";
import { servedCustomResourceDefinition } from "./custom-resource-definition.ts";
import { servedEvent, servedNewEvent } from "./event.ts";
import { servedLease } from "./lease.ts";
import { servedLiveNode } from "./live-node.ts";
import { servedNamespace } from "./namespace.ts";
import { servedClusterRole, servedClusterRoleBinding, servedRole, servedRoleBinding } from "./rbac.ts";
import { servedSecret } from "./secret.ts";
import { servedService } from "./service.ts";

/** The kinds that need no CRD. */
export const builtinKinds: readonly ServedKind[] = [
  servedNamespace,
  servedConfigMap,
  servedSecret,
  servedService,
  servedEvent,
  servedNewEvent,
  servedLease,
  servedRole,
  servedRoleBinding,
  servedClusterRole,
  servedClusterRoleBinding,
  servedCustomResourceDefinition,
  servedLiveNode,
];
