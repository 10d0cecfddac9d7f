import { SporeError } from "../base/errors.ts";
import { isLabelValue, isQualifiedName, labelValueRule, qualifiedNameRule } from "./names.ts";

/** One requirement of a selector as it stands in a query or on a command line. */
export interface LabelTerm {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "GreaterThan" | "LessThan";
  readonly values: readonly string[];
}

/** A term, or a requirement of an object's selector, which has no `values` where its operator needs none. */
type AnyTerm = Pick<LabelTerm, "key" | "operator"> & { readonly values?: readonly string[] };

/**
 * Reads `app=web,tier in (a,b),!old,size>3` and the like: kubernetes' grammar, where a comma means "and".
 *
 * @throws SporeError `SPORE_BAD_REQUEST` saying what is wrong with which term.
 */
export function parseLabelSelector(text: string): readonly LabelTerm[] {
  return splitTerms(text).map((term) => parseTerm(term.trim(), text));
}

/** Splits at the commas outside of parentheses. */
function splitTerms(text: string): readonly string[] {
  if (text.trim() === "") return [];
  const terms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "," && depth === 0) {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
    if (depth < 0 || depth > 1) throw refused(text, "its parentheses do not match");
  }
  if (depth !== 0) throw refused(text, "its parentheses do not match");
  return [...terms, text.slice(start)];
}

const setTerm = /^(\S+?)\s+(in|notin)\s*\(([^()]*)\)$/;
const comparison = /^([^\s=!<>()]+)\s*(==|=|!=|>|<)\s*([^\s=!<>()]*)$/;
const presence = /^(!?)\s*([^\s=!<>()]+)$/;

function parseTerm(term: string, text: string): LabelTerm {
  const set = setTerm.exec(term);
  if (set) {
    const [, key = "", word, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return checked({ key, operator: word === "in" ? "In" : "NotIn", values }, text);
  }
  const compared = comparison.exec(term);
  if (compared) {
    const [, key = "", sign = "=", value = ""] = compared;
    return checked({ key, operator: operatorOf(sign), values: [value] }, text);
  }
  const present = presence.exec(term);
  if (!present) throw refused(text, `${JSON.stringify(term)} is no requirement`);
  const [, not, key = ""] = present;
  return checked({ key, operator: not === "!" ? "DoesNotExist" : "Exists", values: [] }, text);
}

function operatorOf(sign: string): LabelTerm["operator"] {
  if (sign === "!=") return "NotIn";
  if (sign === ">") return "GreaterThan";
  return sign === "<" ? "LessThan" : "In";
}

function checked(term: LabelTerm, text: string): LabelTerm {
  if (!isQualifiedName(term.key)) throw refused(text, `the key ${JSON.stringify(term.key)} ${qualifiedNameRule}`);
  const numeric = term.operator === "GreaterThan" || term.operator === "LessThan";
  for (const value of term.values) {
    if (numeric && !/^-?[0-9]{1,15}$/.test(value)) throw refused(text, `${JSON.stringify(value)} must be an integer`);
    if (!numeric && !isLabelValue(value)) throw refused(text, `the value ${JSON.stringify(value)} ${labelValueRule}`);
  }
  return term;
}

function refused(text: string, why: string): SporeError {
  return new SporeError(
    "SPORE_BAD_REQUEST",
    `unable to parse requirement: label selector ${JSON.stringify(text)}: ${why}`,
  );
}

/** Whether `labels` meet every term. As in Kubernetes, `!=` and `notin` hold where the key is absent. */
export function matchesLabelTerms(terms: readonly AnyTerm[], labels: Readonly<Record<string, string>>): boolean {
  return terms.every((term) => meets(term, Object.hasOwn(labels, term.key) ? labels[term.key] : undefined));
}

function meets({ operator, values = [] }: AnyTerm, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "GreaterThan":
      return isInteger(value) && Number(value) > Number(values[0]);
    case "LessThan":
      return isInteger(value) && Number(value) < Number(values[0]);
  }
}

function isInteger(value: string | undefined): boolean {
  return value !== undefined && /^-?[0-9]+$/.test(value);
}
