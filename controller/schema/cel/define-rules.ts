import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from "../../api/causes.ts";
import type { Cause } from "../../base/errors.ts";
import type { JsonSchemaProps, ValidationRule } from "../schema.ts";
import { type Declared, declared, requestMaxBytes } from "./declare.ts";
import { fieldPathText } from "./field-path.ts";
import { type CompiledRule, compileRule, isCompiled } from "./rule.ts";

/** What one rule may cost at the worst, for all the values of an object that it is about; and all rules of a schema. Kubernetes' limits. */
const ruleCostMax = 10_000_000;
const schemaCostMax = 100_000_000;
/** Rules are named as dear from this part of the whole on, so many at the most. */
const dearShare = 0.01;
const dearMax = 4;

const reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** Where a schema stands among others. */
interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  /** How many values of an object have this schema; undefined where nothing bounds them. */
  readonly count: number | undefined;
  /** The list around, whose items cannot be told from those that were there before. */
  readonly uncorrelatable: string | undefined;
}

/**
 * What is wrong with the validation rules of a schema that is structural otherwise, in Kubernetes' words: expressions that cannot be compiled or
 * could cost too much, and fields that contradict each other.
 *
 * @param path where the schema stands.
 */
export function ruleDefinitionCauses(schema: JsonSchemaProps, path: string): readonly Cause[] {
  const survey = new Survey();
  survey.visit(schema, { path, isRoot: true, count: 1, uncorrelatable: undefined });
  return [...survey.causes, ...survey.totalCauses(path)];
}

class Survey {
  readonly causes: Cause[] = [];
  #total = 0;
  readonly #costs: { readonly path: string; readonly cost: number }[] = [];

  visit(schema: JsonSchemaProps, place: Place): void {
    const { items, properties, additionalProperties } = schema;
    const { path } = place;
    const count = countBelow(schema, place.count);
    const inner = (below: JsonSchemaProps, name: string, uncorrelatable = place.uncorrelatable) => {
      const isRoot = below["x-kubernetes-embedded-resource"] === true;
      this.visit(below, { path: `${path}.${name}`, isRoot, count, uncorrelatable });
    };
    if (typeof additionalProperties === "object") inner(additionalProperties, "additionalProperties");
    for (const [name, property] of Object.entries(properties ?? {})) inner(property, `properties[${name}]`);
    const isKeyed = schema["x-kubernetes-list-type"] === "map";
    if (items) inner(items, "items", place.uncorrelatable ?? (isKeyed ? undefined : path));
    this.#visitRules(schema, place);
  }

  #visitRules(schema: JsonSchemaProps, place: Place): void {
    const rules = schema["x-kubernetes-validations"] ?? [];
    if (rules.length === 0) return;
    const at = (index: number) => `${place.path}.x-kubernetes-validations[${index}]`;
    const wrong = rules.flatMap((rule, index) => formCauses(rule, schema, at(index)));
    this.causes.push(...wrong);
    if (wrong.length > 0) return;
    const self = declared(schema, place.isRoot);
    if (self === undefined) {
      const why = "rules need a schema that says what the values are, and this one leaves it open";
      this.causes.push(forbiddenValue(`${place.path}.x-kubernetes-validations`, why));
      return;
    }
    for (const [index, rule] of rules.entries()) this.#visitRule(rule, schema, self, place, at(index));
  }

  #visitRule(source: ValidationRule, schema: JsonSchemaProps, self: Declared, place: Place, at: string): void {
    const made = compileRule(source, schema, self);
    const compiled = isCompiled(made) ? made : made.usable;
    if (!isCompiled(made)) {
      if (made.rule !== undefined) this.causes.push(invalidRule(`${at}.rule`, source, made.rule));
      if (made.messageExpression !== undefined) {
        this.causes.push(invalidRule(`${at}.messageExpression`, source, made.messageExpression));
      }
    }
    if (compiled) this.#visitCompiled(compiled, self, place, at);
    if (compiled?.usesOldSelf !== true && source.optionalOldSelf !== undefined) {
      const why = "may not be set if oldSelf is not used in rule";
      this.causes.push(invalidValue(`${at}.optionalOldSelf`, source.optionalOldSelf, why));
    }
  }

  #visitCompiled(rule: CompiledRule, self: Declared, place: Place, at: string): void {
    const count = place.count ?? Math.floor(requestMaxBytes / (self.bytesMin + 1));
    this.#count(rule.rule.worstCost * count, "estimated rule cost", `${at}.rule`);
    if (rule.message)
      this.#count(rule.message.worstCost, "estimated messageExpression cost", `${at}.messageExpression`);
    if (rule.usesOldSelf && place.uncorrelatable !== undefined) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      this.causes.push(invalidValue(`${at}.rule`, rule.source.rule, why));
    }
  }

  #count(cost: number, name: string, path: string): void {
    if (cost > ruleCostMax) this.causes.push(forbiddenValue(path, costText(name, cost, ruleCostMax)));
    this.#total += cost;
    this.#costs.push({ path, cost });
  }

  totalCauses(path: string): readonly Cause[] {
    if (this.#total <= schemaCostMax) return [];
    const dear = this.#costs
      .filter(({ cost }) => cost >= schemaCostMax * dearShare)
      .sort((a, b) => b.cost - a.cost)
      .slice(0, dearMax);
    const name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return [
      ...dear.map((rule) => forbiddenValue(rule.path, contributed)),
      forbiddenValue(path, costText(name, this.#total, schemaCostMax)),
    ];
  }
}

function countBelow(schema: JsonSchemaProps, count: number | undefined): number | undefined {
  if (count === undefined) return undefined;
  const isMap = schema.type === "object" && schema.additionalProperties !== undefined;
  const elements = isMap ? schema.maxProperties : schema.type === "array" ? schema.maxItems : 1;
  return elements === undefined ? undefined : count * elements;
}

function costText(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? "more than 100x" : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${name} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** The cause of a rule that cannot be compiled. Kubernetes shows all of it, as Go writes it. */
function invalidRule(field: string, source: ValidationRule, why: string): Cause {
  const shown = JSON.stringify({
    Rule: source.rule,
    Message: source.message ?? "",
    MessageExpression: source.messageExpression ?? "",
    Reason: source.reason ?? null,
    FieldPath: source.fieldPath ?? "",
    OptionalOldSelf: source.optionalOldSelf ?? null,
  }).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  return { reason: "FieldValueInvalid", message: `Invalid value: ${shown}: ${why}`, field };
}

const contributed = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
const hasNewline = (text: string) => /[\n\r]/.test(text);

/** What is wrong with a rule before its expressions are looked at. */
function formCauses(source: ValidationRule, schema: JsonSchemaProps, at: string): readonly Cause[] {
  const { messageExpression, reason, fieldPath } = source;
  const causes: Cause[] = [];
  const textCause = textCauseOf(source, at);
  if (textCause) causes.push(textCause);
  if (messageExpression !== undefined && messageExpression !== "" && messageExpression.trim() === "") {
    causes.push(requiredValue(`${at}.messageExpression`, "messageExpression must be non-empty if specified"));
  }
  if (reason !== undefined && !reasons.includes(reason)) causes.push(unsupportedValue(`${at}.reason`, reason, reasons));
  if (fieldPath === undefined || fieldPath === "") return causes;
  const path = `${at}.fieldPath`;
  if (fieldPath.trim() === "") causes.push(invalidValue(path, fieldPath, "must be non-empty if specified"));
  if (hasNewline(fieldPath)) causes.push(invalidValue(path, fieldPath, "must not contain line breaks"));
  if (fieldPathText(fieldPath, schema) === undefined)
    causes.push(invalidValue(path, fieldPath, "must be a valid path"));
  return causes;
}

function textCauseOf({ rule, message }: ValidationRule, at: string): Cause | undefined {
  const trimmed = message?.trim() ?? "";
  if ((rule ?? "").trim() === "") return requiredValue(`${at}.rule`, "rule is not specified");
  if (message !== undefined && message !== "" && trimmed === "") {
    return invalidValue(`${at}.message`, message, "must be non-empty if specified");
  }
  if (hasNewline(trimmed)) return invalidValue(`${at}.message`, message ?? "", "must not contain line breaks");
  if (!hasNewline(rule.trim()) || trimmed !== "") return undefined;
  return requiredValue(`${at}.message`, "message must be specified if rule contains line breaks");
}
