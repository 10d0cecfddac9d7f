import type { ObjectReference } from "./core-kinds.ts";
import type { Kind } from "./kind.ts";
import type { Resource } from "./meta.ts";

/** Kubernetes' kinds for who somebody is, and the questions that can be asked about it. The questions are posted, and answered at once. */

export interface ServiceAccount extends Resource {
  readonly secrets?: readonly ObjectReference[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly automountServiceAccountToken?: boolean;
}

export const ServiceAccount: Kind<ServiceAccount> = {
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};

const authentication = { group: "authentication.k8s.io", version: "v1" } as const;
const authorization = { group: "authorization.k8s.io", version: "v1" } as const;

/** Posted to the subresource `token` of a ServiceAccount. */
export const TokenRequest: Kind = {
  ...authentication,
  kind: "TokenRequest",
  plural: "tokenrequests",
  namespaced: true,
};

export const TokenReview: Kind = { ...authentication, kind: "TokenReview", plural: "tokenreviews", namespaced: false };

export const SelfSubjectReview: Kind = {
  ...authentication,
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  namespaced: false,
};

export const SelfSubjectAccessReview: Kind = {
  ...authorization,
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  namespaced: false,
};

export const SelfSubjectRulesReview: Kind = {
  ...authorization,
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  namespaced: false,
};

export const SubjectAccessReview: Kind = {
  ...authorization,
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
};

export const LocalSubjectAccessReview: Kind = {
  ...authorization,
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  namespaced: true,
};
