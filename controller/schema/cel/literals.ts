import type { Call, Expr } from "./ast.ts";
import type { Checked } from "./checker.ts";
import type { Issue } from "./issues.ts";
import { compiled } from "./library/regex.ts";
import { Fault, type Value } from "./values.ts";

const conversions: ReadonlySet<string> = new Set(["bool", "bytes", "double", "int", "string", "uint"]);

/** Arguments written in an expression that can never be what they must be: durations, timestamps and patterns. */
export function literalIssues(checked: Checked): readonly Issue[] {
  return callsIn(checked.expr).flatMap((call) => {
    const argument = call.args.at(-1);
    const name = call.name;
    if (argument?.kind !== "literal" || typeof argument.value !== "string") return [];
    const isWrong =
      name === "matches"
        ? compiled(argument.value) instanceof Fault
        : (name === "duration" || name === "timestamp") && outcomeOf(call, checked) instanceof Fault;
    return isWrong ? [{ at: argument.at, message: `invalid ${name} argument` }] : [];
  });
}

/** What is wrong with the first conversion of a literal that cannot succeed. */
export function foldingFault(checked: Checked): string | undefined {
  for (const call of callsIn(checked.expr)) {
    const outcome = conversions.has(call.name) ? outcomeOf(call, checked) : undefined;
    if (outcome instanceof Fault) return outcome.message;
  }
  return undefined;
}

/** The value of a call whose arguments are literals. */
function outcomeOf(call: Call, checked: Checked): Value | undefined {
  const values = call.args.map((argument) => (argument.kind === "literal" ? argument.value : undefined));
  const known = values.filter((value) => value !== undefined);
  if (call.target !== undefined || known.length !== values.length) return undefined;
  return checked
    .overloadsOf(call)
    .find((overload) => overload.accepts(known))
    ?.run(known, { values: 0 });
}

function callsIn(root: Expr): readonly Call[] {
  const calls: Call[] = [];
  const pending: Expr[] = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    if (expr.kind === "call") calls.push(expr);
    pending.push(...partsOf(expr));
  }
  return calls;
}

/** The expressions directly within one, the last first. */
function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "select":
      return [expr.operand];
    case "call":
      return [...expr.args.toReversed(), ...(expr.target ? [expr.target] : [])];
    case "list":
      return expr.elements.toReversed();
    case "map":
      return expr.entries.flatMap(({ key, value }) => [value, key]).toReversed();
    case "comprehension":
      return [expr.result, expr.step, expr.condition, expr.initial, expr.range];
    default:
      return [];
  }
}
