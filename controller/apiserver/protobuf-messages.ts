/**
 * The messages that typed clients of Kubernetes send in protobuf, by field number (kubernetes/api and apimachinery, `generated.proto`). A field that is not
 * listed is skipped.
 */
export interface Message {
  readonly [number: number]: Field;
}

export interface Field {
  readonly name: string;
  readonly type: "text" | "base64" | "integer" | "flag" | "time" | "microTime" | "textMap" | "base64Map" | Message;
  /** Whether the field is a list. */
  readonly repeated?: boolean;
}

const text = (name: string): Field => ({ name, type: "text" });
const texts = (name: string): Field => ({ name, type: "text", repeated: true });
const integer = (name: string): Field => ({ name, type: "integer" });
const flag = (name: string): Field => ({ name, type: "flag" });

const ownerReference: Message = {
  1: text("kind"),
  3: text("name"),
  4: text("uid"),
  5: text("apiVersion"),
  6: flag("controller"),
  7: flag("blockOwnerDeletion"),
};

const objectMeta: Message = {
  1: text("name"),
  2: text("generateName"),
  3: text("namespace"),
  5: text("uid"),
  6: text("resourceVersion"),
  7: integer("generation"),
  8: { name: "creationTimestamp", type: "time" },
  9: { name: "deletionTimestamp", type: "time" },
  10: integer("deletionGracePeriodSeconds"),
  11: { name: "labels", type: "textMap" },
  12: { name: "annotations", type: "textMap" },
  13: { name: "ownerReferences", type: ownerReference, repeated: true },
  14: texts("finalizers"),
};
const metadata: Field = { name: "metadata", type: objectMeta };

const objectReference: Message = {
  1: text("kind"),
  2: text("namespace"),
  3: text("name"),
  4: text("uid"),
  5: text("apiVersion"),
  6: text("resourceVersion"),
  7: text("fieldPath"),
};

const namespace: Message = {
  1: metadata,
  2: { name: "spec", type: { 1: texts("finalizers") } },
  3: { name: "status", type: { 1: text("phase") } },
};

const configMap: Message = {
  1: metadata,
  2: { name: "data", type: "textMap" },
  3: { name: "binaryData", type: "base64Map" },
  4: flag("immutable"),
};

const secret: Message = {
  1: metadata,
  2: { name: "data", type: "base64Map" },
  3: text("type"),
  4: { name: "stringData", type: "textMap" },
  5: flag("immutable"),
};

const event: Message = {
  1: metadata,
  2: { name: "involvedObject", type: objectReference },
  3: text("reason"),
  4: text("message"),
  5: { name: "source", type: { 1: text("component"), 2: text("host") } },
  6: { name: "firstTimestamp", type: "time" },
  7: { name: "lastTimestamp", type: "time" },
  8: integer("count"),
  9: text("type"),
  10: { name: "eventTime", type: "microTime" },
  11: { name: "series", type: { 1: integer("count"), 2: { name: "lastObservedTime", type: "microTime" } } },
  12: text("action"),
  13: { name: "related", type: objectReference },
  14: text("reportingComponent"),
  15: text("reportingInstance"),
};

const lease: Message = {
  1: metadata,
  2: {
    name: "spec",
    type: {
      1: text("holderIdentity"),
      2: integer("leaseDurationSeconds"),
      3: { name: "acquireTime", type: "microTime" },
      4: { name: "renewTime", type: "microTime" },
      5: integer("leaseTransitions"),
    },
  },
};

const labelSelector: Message = {
  1: { name: "matchLabels", type: "textMap" },
  2: { name: "matchExpressions", type: { 1: text("key"), 2: text("operator"), 3: texts("values") }, repeated: true },
};

const rules: Field = {
  name: "rules",
  type: {
    1: texts("verbs"),
    2: texts("apiGroups"),
    3: texts("resources"),
    4: texts("resourceNames"),
    5: texts("nonResourceURLs"),
  },
  repeated: true,
};

const role: Message = { 1: metadata, 2: rules };

const clusterRole: Message = {
  ...role,
  3: { name: "aggregationRule", type: { 1: { name: "clusterRoleSelectors", type: labelSelector, repeated: true } } },
};

const roleBinding: Message = {
  1: metadata,
  2: {
    name: "subjects",
    type: { 1: text("kind"), 2: text("apiGroup"), 3: text("name"), 4: text("namespace") },
    repeated: true,
  },
  3: { name: "roleRef", type: { 1: text("apiGroup"), 2: text("kind"), 3: text("name") } },
};

const serviceAccount: Message = {
  1: metadata,
  2: { name: "secrets", type: objectReference, repeated: true },
  3: { name: "imagePullSecrets", type: { 1: text("name") }, repeated: true },
  4: flag("automountServiceAccountToken"),
};

const tokenRequest: Message = {
  1: metadata,
  2: {
    name: "spec",
    type: {
      1: texts("audiences"),
      3: { name: "boundObjectRef", type: { 1: text("kind"), 2: text("apiVersion"), 3: text("name"), 4: text("uid") } },
      4: integer("expirationSeconds"),
    },
  },
};

const tokenReview: Message = { 1: metadata, 2: { name: "spec", type: { 1: text("token"), 2: texts("audiences") } } };

const attributes: Message = {
  1: {
    name: "resourceAttributes",
    type: {
      1: text("namespace"),
      2: text("verb"),
      3: text("group"),
      4: text("version"),
      5: text("resource"),
      6: text("subresource"),
      7: text("name"),
    },
  },
  2: { name: "nonResourceAttributes", type: { 1: text("path"), 2: text("verb") } },
};

const selfSubjectAccessReview: Message = { 1: metadata, 2: { name: "spec", type: attributes } };
const subjectAccessReview: Message = {
  1: metadata,
  2: { name: "spec", type: { ...attributes, 3: text("user"), 4: texts("groups"), 6: text("uid") } },
};
const selfSubjectRulesReview: Message = { 1: metadata, 2: { name: "spec", type: { 1: text("namespace") } } };

const deleteOptions: Message = {
  1: integer("gracePeriodSeconds"),
  2: { name: "preconditions", type: { 1: text("uid"), 2: text("resourceVersion") } },
  3: flag("orphanDependents"),
  4: text("propagationPolicy"),
  5: texts("dryRun"),
};

/** By `apiVersion` and kind. */
export const messages: ReadonlyMap<string, Message> = new Map([
  ["v1 Namespace", namespace],
  ["v1 ConfigMap", configMap],
  ["v1 Secret", secret],
  ["v1 Event", event],
  ["coordination.k8s.io/v1 Lease", lease],
  ["rbac.authorization.k8s.io/v1 Role", role],
  ["rbac.authorization.k8s.io/v1 ClusterRole", clusterRole],
  ["rbac.authorization.k8s.io/v1 RoleBinding", roleBinding],
  ["rbac.authorization.k8s.io/v1 ClusterRoleBinding", roleBinding],
  ["v1 ServiceAccount", serviceAccount],
  ["authentication.k8s.io/v1 TokenRequest", tokenRequest],
  ["authentication.k8s.io/v1 TokenReview", tokenReview],
  ["authentication.k8s.io/v1 SelfSubjectReview", { 1: metadata }],
  ["authorization.k8s.io/v1 SelfSubjectAccessReview", selfSubjectAccessReview],
  ["authorization.k8s.io/v1 SelfSubjectRulesReview", selfSubjectRulesReview],
  ["authorization.k8s.io/v1 SubjectAccessReview", subjectAccessReview],
  ["authorization.k8s.io/v1 LocalSubjectAccessReview", subjectAccessReview],
  ["v1 DeleteOptions", deleteOptions],
  ["meta.k8s.io/v1 DeleteOptions", deleteOptions],
  // Typed clients name the group of the object that they delete.
  ["coordination.k8s.io/v1 DeleteOptions", deleteOptions],
  ["rbac.authorization.k8s.io/v1 DeleteOptions", deleteOptions],
]);
