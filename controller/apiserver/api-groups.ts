import type { ServedKind } from "./served-kind.ts";

/** The versions of a group, the preferred one first. */
export interface ApiGroup {
  /** Empty for the core group. */
  readonly name: string;
  readonly versions: readonly ApiVersion[];
}

/** The kinds of one version of a group. */
export interface ApiVersion {
  readonly name: string;
  readonly kinds: readonly ServedKind[];
}

/** `kinds` by group and version; groups and kinds in the order in which they first come. */
export function apiGroupsOf(kinds: readonly ServedKind[]): readonly ApiGroup[] {
  return unique(kinds.map(({ kind }) => kind.group)).map((group) => {
    const inGroup = kinds.filter(({ kind }) => kind.group === group);
    const versions = unique(inGroup.map(({ kind }) => kind.version)).sort(compareVersions);
    return {
      name: group,
      versions: versions.map((version) => ({
        name: version,
        kinds: inGroup.filter(({ kind }) => kind.version === version),
      })),
    };
  });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

const stabilities = ["alpha", "beta", ""];

/** Kubernetes' order of versions, the best first: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`; names of another form come last. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  const different = left.findIndex((part, index) => part !== right[index]);
  return different < 0 ? 0 : (right[different] ?? 0) - (left[different] ?? 0);
}

/** Stability, major number, number within the stability. */
function rank(version: string): readonly number[] | undefined {
  const parts = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  return parts ? [stabilities.indexOf(parts[2] ?? ""), Number(parts[1]), Number(parts[3] ?? 0)] : undefined;
}
