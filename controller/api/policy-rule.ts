/** What one rule of a role allows: `verbs` on resources, or on paths. As in `rbac.authorization.k8s.io/v1`; `*` stands for everything. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  /** The core group is the empty text. */
  readonly apiGroups?: readonly string[];
  /** Plurals, `plural/subresource`, or a subresource of everything, as in `*` + `/scale`. */
  readonly resources?: readonly string[];
  /** Only objects of these names; all where there are none. */
  readonly resourceNames?: readonly string[];
  /** Paths that are no objects; a `*` at the end stands for the rest. */
  readonly nonResourceURLs?: readonly string[];
}
