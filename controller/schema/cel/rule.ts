import type { JsonSchemaProps, ValidationRule } from "../schema.ts";
import { bool, type CelType, optionalOf, string } from "./cel-type.ts";
import type { Checked, Variables } from "./checker.ts";
import { compiled } from "./compile.ts";
import type { Declared } from "./declare.ts";
import { worstCost } from "./estimate.ts";
import { type Program, programOf } from "./evaluate.ts";
import { fieldPathText } from "./field-path.ts";
import { foldingFault } from "./literals.ts";

/** Kubernetes' names for the value that a rule is about, and for what it was before. */
const variableNames = ["self", "oldSelf"] as const;

/** An expression of a rule, ready to run. */
export interface Expression {
  readonly program: Program;
  /** In cost units, for one evaluation. */
  readonly worstCost: number;
}

/** A rule whose expressions could be read. */
export interface CompiledRule {
  readonly source: ValidationRule;
  readonly rule: Expression;
  readonly message: Expression | undefined;
  /** Whether it compares with the old value, and is about a change therefore. */
  readonly usesOldSelf: boolean;
  /** Below the value, such as `spec.version`; empty where the value itself is meant. */
  readonly field: string;
}

/** What is wrong with the expressions of a rule, in Kubernetes' words. */
export interface RuleFaults {
  readonly rule?: string;
  readonly messageExpression?: string;
  /** What could be read of it nevertheless. */
  readonly usable?: CompiledRule;
}

const rulePrefix = { compilation: "compilation failed: ", instantiation: "program instantiation failed: " };
const messagePrefix = {
  compilation: "messageExpression compilation failed: ",
  instantiation: "messageExpression instantiation failed: ",
};

/** Reads the expressions of a rule about values with this schema. */
export function compileRule(
  source: ValidationRule,
  schema: JsonSchemaProps,
  self: Declared,
): CompiledRule | RuleFaults {
  const before = source.optionalOldSelf === true ? optionalOf(self.type) : self.type;
  const variables: Variables = new Map([
    ["self", self.type],
    ["oldSelf", before],
  ]);
  const rule = checked(source.rule, variables, bool, rulePrefix, "cel expression must evaluate to a bool");
  if (typeof rule === "string") return { rule };
  const base = {
    source,
    rule: expressionOf(rule, self),
    message: undefined,
    usesOldSelf: rule.mentions("oldSelf"),
    field: source.fieldPath === undefined ? "" : (fieldPathText(source.fieldPath, schema) ?? ""),
  };
  if (source.messageExpression === undefined || source.messageExpression === "") return base;
  const message = checked(
    source.messageExpression,
    variables,
    string,
    messagePrefix,
    "messageExpression must evaluate to a string",
  );
  if (typeof message === "string") return { messageExpression: message, usable: base };
  return { ...base, message: expressionOf(message, self) };
}

export function isCompiled(made: CompiledRule | RuleFaults): made is CompiledRule {
  return "source" in made;
}

function checked(
  source: string,
  variables: Variables,
  type: CelType,
  prefix: typeof rulePrefix,
  otherwise: string,
): Checked | string {
  const made = compiled(source, variables);
  if (typeof made === "string") return prefix.compilation + made;
  if (made.type.kind !== type.kind) return otherwise;
  const fault = foldingFault(made);
  return fault === undefined ? made : prefix.instantiation + fault;
}

function expressionOf(made: Checked, self: Declared): Expression {
  return { program: programOf(made, variableNames), worstCost: worstCost(made, self) };
}
