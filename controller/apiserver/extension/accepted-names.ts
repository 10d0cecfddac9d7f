import type { Condition } from "../../api/meta.ts";
import { timestamp } from "../../base/timestamp.ts";
import type {
  CustomResourceDefinition,
  CustomResourceNames,
  CustomResourceStatus,
} from "../../schema/custom-resource-definition.ts";
import { settled } from "./crd-conditions.ts";

/** Names that others in the group bear already. */
export interface TakenNames {
  /** Plurals, singulars and short names. */
  readonly resources: ReadonlySet<string>;
  /** Kinds and the kinds of their lists. */
  readonly kinds: ReadonlySet<string>;
}

/** The names of a group that CRDs or kinds without one bear. */
export function takenBy(bearers: readonly Partial<CustomResourceNames>[]): TakenNames {
  const given = (names: readonly (string | undefined)[]) => new Set(names.flatMap((name) => name || []));
  return {
    resources: given(bearers.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: given(bearers.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

/**
 * The status of a CRD, as far as its names decide it: which are accepted, and whether it is established. What it was called before it may be called
 * further on; a CRD once established stays so. The last clash is the one that is told, as in kube-apiserver.
 */
export function judgeNames(crd: CustomResourceDefinition, taken: TakenNames, nowMs: number): CustomResourceStatus {
  const { spec, status = {} } = crd;
  const { accepted, clash } = acceptedNames(spec.names, status.acceptedNames ?? {}, taken);
  const at = timestamp(nowMs);
  const known = status.conditions ?? [];
  const namesAccepted: Condition = clash
    ? { type: "NamesAccepted", status: "False", ...clash, lastTransitionTime: at }
    : {
        type: "NamesAccepted",
        status: "True",
        reason: "NoConflicts",
        message: "no conflicts found",
        lastTransitionTime: at,
      };
  const withNames = settled(known, namesAccepted);
  const wasEstablished = known.some(({ type, status: value }) => type === "Established" && value === "True");
  return {
    ...status,
    acceptedNames: accepted,
    conditions: wasEstablished ? withNames : settled(withNames, established(clash === undefined, at)),
  };
}

function established(isAccepted: boolean, lastTransitionTime: string): Condition {
  const type = "Established";
  return isAccepted
    ? {
        type,
        status: "True",
        reason: "InitialNamesAccepted",
        message: "the initial names have been accepted",
        lastTransitionTime,
      }
    : { type, status: "False", reason: "NotAccepted", message: "not all names are accepted", lastTransitionTime };
}

interface Clash {
  readonly reason: string;
  readonly message: string;
}

function acceptedNames(wanted: CustomResourceNames, current: Partial<CustomResourceNames>, taken: TakenNames) {
  let clash: Clash | undefined;
  const judged = (
    reason: string,
    names: readonly string[],
    { old, used }: { readonly old: readonly (string | undefined)[]; readonly used: ReadonlySet<string> },
  ): boolean => {
    const clashing = names.filter((name) => name !== "" && !old.includes(name) && used.has(name));
    if (clashing.length === 0) return true;
    const texts = clashing.map((name) => `${JSON.stringify(name)} is already in use`);
    clash = { reason, message: texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]` };
    return false;
  };
  const { plural, singular = "", shortNames = [], kind, listKind = "", categories } = wanted;
  const { resources, kinds } = taken;
  const fits = {
    plural: judged("PluralConflict", [plural], { old: [current.plural], used: resources }),
    singular: judged("SingularConflict", [singular], { old: [current.singular], used: resources }),
    shortNames: judged("ShortNamesConflict", shortNames, { old: current.shortNames ?? [], used: resources }),
    kind: judged("KindConflict", [kind], { old: [current.kind], used: kinds }),
    listKind: judged("ListKindConflict", [listKind], { old: [current.listKind], used: kinds }),
  };
  const chosen = <T>(fit: boolean, name: T, old: T) => (fit ? name : old);
  const accepted = withoutEmpty({
    plural: chosen(fits.plural, plural, current.plural ?? ""),
    singular: chosen(fits.singular, singular, current.singular ?? ""),
    shortNames: chosen(fits.shortNames, shortNames, current.shortNames ?? []),
    kind: chosen(fits.kind, kind, current.kind ?? ""),
    listKind: chosen(fits.listKind, listKind, current.listKind ?? ""),
    categories: categories ?? [],
  });
  return { accepted, clash };
}

/** As Kubernetes writes it: what is empty is left out, but for plural and kind. */
function withoutEmpty(names: Required<CustomResourceNames>): CustomResourceNames {
  const { plural, kind, singular, listKind, shortNames, categories } = names;
  return {
    plural,
    ...(singular === "" ? {} : { singular }),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    kind,
    ...(listKind === "" ? {} : { listKind }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}
