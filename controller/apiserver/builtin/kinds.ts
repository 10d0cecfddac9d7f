import type { ServedKind } from "../served-kind.ts";
import {
  servedLocalSubjectAccessReview,
  servedSelfSubjectAccessReview,
  servedSelfSubjectRulesReview,
  servedSubjectAccessReview,
} from "./access-review.ts";
import { servedConfigMap } from "./config-map.ts";
import { servedCustomResourceDefinition } from "./custom-resource-definition.ts";
import { servedEvent, servedNewEvent } from "./event.ts";
import { servedSelfSubjectReview, servedTokenReview } from "./identity-review.ts";
import { servedLease } from "./lease.ts";
import { servedLiveNode } from "./live-node.ts";
import { servedNamespace } from "./namespace.ts";
import { servedClusterRole, servedClusterRoleBinding, servedRole, servedRoleBinding } from "./rbac.ts";
import { servedSecret } from "./secret.ts";
import { servedService } from "./service.ts";
import { servedServiceAccount } from "./service-account.ts";

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
  servedServiceAccount,
  servedSelfSubjectAccessReview,
  servedSelfSubjectRulesReview,
  servedSubjectAccessReview,
  servedLocalSubjectAccessReview,
  servedSelfSubjectReview,
  servedTokenReview,
  servedCustomResourceDefinition,
  servedLiveNode,
];
