import { duplicateValue, forbiddenValue, invalidValue, requiredValue } from "../../api/causes.ts";
import type { Cause } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import { mapKey } from "./json-values.ts";
import type { CompiledRule, Expression } from "./rule.ts";
import type { RuleNode } from "./rule-tree.ts";
import { costExceeded } from "./run.ts";
import { Fault, none, noSuchOverload, OptionalValue, type Value } from "./values.ts";

/** Cost units that one expression may take, and all those of one object together. Kubernetes' limits. */
const expressionCostMax = 1_000_000;
const objectCostMax = 10_000_000;
/** Longer messages are not told; the rule's own is. */
const messageMaxBytes = 5 * 1024;

/** A value, where it stands, and what it was before, where that can be told. */
interface Subject {
  readonly path: string;
  readonly value: JsonValue;
  readonly old: JsonValue | undefined;
  /** The nearest value around that can be told from its old one, where this one cannot. */
  readonly around: { readonly value: JsonValue; readonly old: JsonValue } | undefined;
}

/**
 * What the rules say of an object that is valid by its schema; nothing when it meets them all. What did not change since `old` may stay as it
 * is, however it breaks a rule, except where the rule is about the change. Never throws, and ends after a bounded number of steps.
 */
export function ruleCauses(tree: RuleNode, object: JsonObject, old?: JsonObject): readonly Cause[] {
  const review = new Review();
  review.visit(tree, { path: "", value: object, old, around: undefined });
  return review.causes;
}

class Review {
  readonly causes: Cause[] = [];
  #costLeft = objectCostMax;
  #isOver = false;

  visit(node: RuleNode, subject: Subject): void {
    const { value, old } = subject;
    if (value === null || this.#isOver) return;
    // What is the very same value as before may break any rule but those about changes.
    const isUntouched = value === old && !node.hasTransitions;
    if (isUntouched) return;
    this.#checkRules(node, subject);
    if (isJsonObject(value)) this.#visitMembers(node, value, subject);
    else if (Array.isArray(value) && node.items) this.#visitItems(node, node.items, value, subject);
  }

  #visitMembers(node: RuleNode, value: JsonObject, subject: Subject): void {
    const old = isJsonObject(subject.old) ? subject.old : undefined;
    const visitMember = (inner: RuleNode, name: string, path: string) => {
      const member = value[name];
      const before = old && Object.hasOwn(old, name) ? (old[name] ?? undefined) : undefined;
      if (member !== undefined) this.visit(inner, { path, value: member, old: before, around: enclosing(subject) });
    };
    const { additional } = node;
    if (additional) for (const name of Object.keys(value)) visitMember(additional, name, `${subject.path}[${name}]`);
    for (const [name, inner] of node.properties) {
      if (Object.hasOwn(value, name)) visitMember(inner, name, subject.path === "" ? name : `${subject.path}.${name}`);
    }
  }

  #visitItems(node: RuleNode, items: RuleNode, values: readonly JsonValue[], subject: Subject): void {
    const old: readonly JsonValue[] = Array.isArray(subject.old) ? subject.old : [];
    const before = new Map<string, JsonValue>();
    if (node.mapKeys.length > 0) for (const item of old.toReversed()) before.set(mapKey(item, node.mapKeys), item);
    for (const [index, value] of values.entries()) {
      const match = before.get(mapKey(value, node.mapKeys));
      this.visit(items, { path: `${subject.path}[${index}]`, value, old: match, around: enclosing(subject) });
    }
  }

  #checkRules(node: RuleNode, subject: Subject): void {
    if (node.rules.length === 0) return;
    if (this.#costLeft <= 0) {
      this.#end(node, subject, budgetSpent);
      return;
    }
    const self = node.convert(subject.value);
    const old = subject.old === undefined ? undefined : node.convert(subject.old);
    for (const rule of node.rules) {
      const mayHaveNoOld = rule.source.optionalOldSelf === true;
      if (rule.usesOldSelf && old === undefined && !mayHaveNoOld) continue;
      if (!rule.usesOldSelf && subject.value === subject.old) continue;
      const optional = old === undefined ? none : new OptionalValue(old);
      this.#check(rule, node, subject, [self, mayHaveNoOld ? optional : (old ?? null)]);
      if (this.#isOver) return;
    }
  }

  #check(rule: CompiledRule, node: RuleNode, subject: Subject, inputs: readonly Value[]): void {
    const { value, cost } = rule.rule.program.evaluate(inputs, expressionCostMax);
    this.#costLeft -= cost;
    if (this.#costLeft < 0) {
      this.#end(node, subject, budgetSpent);
      return;
    }
    if (value === true || (value !== costExceeded && !rule.usesOldSelf && isUnchanged(subject))) return;
    if (value instanceof Fault) {
      this.#tellFault(rule, node, subject, value);
      return;
    }
    const path = [subject.path, rule.field].filter((part) => part !== "").join(".") || rootPath;
    const message = rule.message && this.#message(rule.message, rule, node, subject, inputs);
    if (this.#isOver) return;
    this.causes.push(causeFor(rule, path, node.type, message ?? messageOf(rule, "failed rule: ")));
  }

  #tellFault(rule: CompiledRule, node: RuleNode, subject: Subject, fault: Fault): void {
    const named = messageOf(rule, "");
    const told = `'${fault.message}'`;
    if (fault === costExceeded) {
      const why = `${told}: no further validation rules will be run due to call cost exceeds limit for rule: ${named}`;
      this.#end(node, subject, why);
      return;
    }
    const why =
      fault === noSuchOverload
        ? `${told}: call arguments did not match a supported operator, function or macro signature for rule: ${named}`
        : `${fault.message} evaluating rule: ${named}`;
    this.causes.push(invalidValue(subject.path || rootPath, node.type, why));
  }

  /** What the rule's own expression says; undefined where it fails, or says nothing that can be told. */
  #message(
    { program }: Expression,
    rule: CompiledRule,
    node: RuleNode,
    subject: Subject,
    inputs: readonly Value[],
  ): string | undefined {
    const { value, cost } = program.evaluate(inputs, expressionCostMax);
    const outOfBudget =
      "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";
    if (value === costExceeded) {
      const text = JSON.stringify(rule.source.messageExpression);
      const why = `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${text}`;
      this.#end(node, subject, why);
    } else if (cost > this.#costLeft) this.#end(node, subject, outOfBudget);
    this.#costLeft -= cost;
    if (typeof value !== "string") return undefined;
    const text = value.trim();
    return text === "" || text.includes("\n") || Buffer.byteLength(text) > messageMaxBytes ? undefined : text;
  }

  /** Tells why, and that no further rule is evaluated. */
  #end(node: RuleNode, subject: Subject, why: string): void {
    this.causes.push(invalidValue(subject.path || rootPath, node.type, why));
    this.#isOver = true;
  }
}

/** What Kubernetes says of an object as a whole. */
const rootPath = "<nil>";
const budgetSpent = "validation failed due to running out of cost budget, no further validation rules will be run";

function enclosing({ value, old, around }: Subject): Subject["around"] {
  return old === undefined ? around : { value, old };
}

/** Whether the value is what it was; of one that has no old value, whether what is around it is. */
function isUnchanged({ value, old, around }: Subject): boolean {
  if (old !== undefined) return isSameJson(value, old);
  return around !== undefined && isSameJson(around.value, around.old);
}

function messageOf({ source }: CompiledRule, prefix: string): string {
  const own = source.message?.trim() ?? "";
  return own === "" ? prefix + source.rule.trim() : own;
}

function causeFor({ source }: CompiledRule, path: string, type: string, message: string): Cause {
  switch (source.reason) {
    case "FieldValueForbidden":
      return forbiddenValue(path, message);
    case "FieldValueRequired":
      return requiredValue(path, message);
    case "FieldValueDuplicate":
      return duplicateValue(path, type);
    default:
      return invalidValue(path, type, message);
  }
}
