import { invalidValue, requiredValue } from "../api/causes.ts";
import { resourceName } from "../api/kind.ts";
import { isDnsSubdomain } from "../api/names.ts";
import type { Cause } from "../base/errors.ts";
import type { CustomResourceDefinition, CustomResourceNames } from "./custom-resource-definition.ts";

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelMaxCharacters = 63;
const labelRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric " +
  "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What a group, a plural, a kind and so on may be called. */
export function nameCauses(crd: CustomResourceDefinition): readonly Cause[] {
  const { metadata, spec } = crd;
  const own =
    metadata?.name === resourceName({ group: spec.group, plural: spec.names.plural })
      ? []
      : [invalidValue("metadata.name", metadata?.name ?? "", 'must be spec.names.plural+"."+spec.group')];
  return [
    ...own,
    ...approvalCauses(crd),
    ...groupCauses(spec.group),
    ...requiredCauses(spec.names),
    ...wordCauses(spec.names),
  ];
}

/** What is wrong with a DNS label as RFC 1035 has it; undefined when nothing is. */
export function labelFault(text: string): string | undefined {
  if (text.length > labelMaxCharacters) return `must be no more than ${labelMaxCharacters} characters`;
  return label.test(text) ? undefined : labelRule;
}

function groupCauses(group: string): readonly Cause[] {
  if (group === "") return [requiredValue("spec.group")];
  if (!isDnsSubdomain(group)) return [invalidValue("spec.group", group, subdomainRule)];
  return group.includes(".") ? [] : [invalidValue("spec.group", group, "should be a domain with at least one dot")];
}

const approval = "api-approved.kubernetes.io";
const policy = "https://github.com/kubernetes/enhancements/pull/1111";

/** Kubernetes keeps `k8s.io` and `kubernetes.io` for itself: who uses them says by whose leave. */
function approvalCauses({ metadata, spec }: CustomResourceDefinition): readonly Cause[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return [];
  const field = `metadata.annotations[${approval}]`;
  const value = metadata?.annotations?.[approval] ?? "";
  if (value === "")
    return [requiredValue(field, `protected groups must have approval annotation "${approval}", see ${policy}`)];
  if (value.startsWith("unapproved") || isUrl(value)) return [];
  const why = `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", see ${policy}`;
  return [invalidValue(field, value, why)];
}

function isUrl(text: string): boolean {
  return /^[a-z][-+.a-z0-9]*:\/\/[^/]+/i.test(text) && URL.canParse(text);
}

function requiredCauses({ plural, singular, kind, listKind }: CustomResourceNames): readonly Cause[] {
  const words = { plural, singular, kind, listKind };
  return Object.entries(words).flatMap(([field, word = ""]) =>
    word === "" ? [requiredValue(`spec.names.${field}`)] : [],
  );
}

function wordCauses({
  plural,
  singular,
  kind,
  listKind,
  shortNames,
  categories,
}: CustomResourceNames): readonly Cause[] {
  const listed = (field: string, words: readonly string[] = []) =>
    words.map((word, index) => [`${field}[${index}]`, word] as const);
  const lower = [
    ["plural", plural],
    ["singular", singular],
    ...listed("shortNames", shortNames),
    ...listed("categories", categories),
  ] as const;
  const mixed = [
    ["kind", kind],
    ["listKind", listKind],
  ] as const;
  const causes = [
    ...lower.flatMap(([field, word = ""]) => wordCause(field, word, labelFault(word))),
    ...mixed.flatMap(([field, word = ""]) => {
      const fault = labelFault(word.toLowerCase());
      return wordCause(field, word, fault && `may have mixed case, but should otherwise match: ${fault}`);
    }),
  ];
  if (kind !== listKind || kind === "") return causes;
  return [...causes, invalidValue("spec.names.listKind", kind, "kind and listKind may not be the same")];
}

/** An empty one is told as missing, where it must be there at all. */
function wordCause(field: string, word: string, fault: string | undefined): readonly Cause[] {
  const isOptional = field.includes("[");
  return fault === undefined || (word === "" && !isOptional) ? [] : [invalidValue(`spec.names.${field}`, word, fault)];
}
