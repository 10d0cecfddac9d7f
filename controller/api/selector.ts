import { matchesLabelTerms } from "./label-selector-text.ts";

/** Kubernetes' `metav1.LabelSelector`: all of it must hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** Whether the selector demands nothing, and so would match everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** Whether `labels` meet every requirement. As in Kubernetes, `NotIn` holds where the key is absent. */
export function matchesSelector(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const pairs = Object.entries(matchLabels);
  return (
    pairs.every(([key, value]) => labels[key] === value) &&
    (matchExpressions.length === 0 || matchesLabelTerms(matchExpressions, labels))
  );
}
