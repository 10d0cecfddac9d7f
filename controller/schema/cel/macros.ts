import { accumulatorName, type Call, type Comprehension, type Expr } from "./ast.ts";
import { bool, int } from "./cel-type.ts";
import type { Issue } from "./issues.ts";

/** What a macro makes of its call: another expression, or an error. */
type Macro = (call: Call & { readonly target: Expr }) => Expr | Issue;

/** The macros of the language and of the two-variable comprehensions, by name and number of arguments. */
const macros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ...([1, 2] as const).flatMap((variables): [string, Macro][] => [
    [`all/${variables + 1}`, quantifier(variables, "all")],
    [`exists/${variables + 1}`, quantifier(variables, "exists")],
    [`exists_one/${variables + 1}`, quantifier(variables, "one")],
    [`existsOne/${variables + 1}`, quantifier(variables, "one")],
  ]),
  ["map/2", gather(1, ([, yielded]) => yielded)],
  [
    "map/3",
    gather(
      1,
      ([, , yielded]) => yielded,
      ([, filter]) => filter,
    ),
  ],
  [
    "filter/2",
    gather(
      1,
      ([variable]) => variable,
      ([, filter]) => filter,
    ),
  ],
  ["transformList/3", gather(2, ([, , yielded]) => yielded)],
  [
    "transformList/4",
    gather(
      2,
      ([, , , yielded]) => yielded,
      ([, , filter]) => filter,
    ),
  ],
  ["transformMap/3", gatherEntries(([key, , value]) => [key, value])],
  [
    "transformMap/4",
    gatherEntries(
      ([key, , , value]) => [key, value],
      ([, , filter]) => filter,
    ),
  ],
  ["transformMapEntry/3", gatherEntries(([, , entry]) => [entry])],
  [
    "transformMapEntry/4",
    gatherEntries(
      ([, , , entry]) => [entry],
      ([, , filter]) => filter,
    ),
  ],
  ["optMap/2", onOptional(true)],
  ["optFlatMap/2", onOptional(false)],
]);

/** What the call stands for when it is one of a macro; undefined when it is a plain call. */
export function expandMacro(call: Call): Expr | Issue | undefined {
  const { target, args, name } = call;
  if (target === undefined) return name === "has" && args.length === 1 ? presenceTest(call) : undefined;
  return macros.get(`${name}/${args.length}`)?.({ ...call, target });
}

function presenceTest({ at, args: [argument] }: Call): Expr | Issue {
  if (argument?.kind === "select" && !argument.isTest) return { ...argument, at, isTest: true };
  return { at: argument?.at ?? at, message: "invalid argument to has() macro" };
}

type Select<T> = (args: readonly Expr[]) => T;

function invoke(at: number, name: string, ...args: readonly Expr[]): Expr {
  return { kind: "call", at, name, args };
}

function truth(at: number, value: boolean): Expr {
  return { kind: "literal", at, value, type: bool };
}

function number(at: number, value: bigint): Expr {
  return { kind: "literal", at, value, type: int };
}

/** The names that the loop declares; or why they are none. */
function variablesOf(args: readonly Expr[], count: 1 | 2): Names | Issue {
  const names: string[] = [];
  for (const argument of args.slice(0, count)) {
    if (argument.kind !== "ident") return { at: argument.at, message: "argument must be a simple name" };
    names.push(argument.name);
  }
  const [variable = "", second] = names;
  if (second !== undefined && second === variable) {
    return { at: args[1]?.at ?? 0, message: `duplicate variable name: ${second}` };
  }
  return { variable, ...(second === undefined ? {} : { second }) };
}

interface Names {
  readonly variable: string;
  readonly second?: string;
}

type Loop = Select<{ readonly initial: Expr; readonly condition: Expr; readonly step: Expr; readonly result: Expr }>;

/** A macro that loops over its target with `count` variables. */
function loop(count: 1 | 2, made: (call: Call, accumulated: Expr) => ReturnType<Loop> | Issue): Macro {
  return (call) => {
    const names = variablesOf(call.args, count);
    if ("message" in names) return names;
    const parts = made(call, { kind: "ident", at: call.at, name: accumulatorName });
    if ("message" in parts) return parts;
    const { at, target: range } = call;
    const whole: Comprehension = {
      kind: "comprehension",
      ...{ at, range, ...names, accumulator: accumulatorName, ...parts },
    };
    return whole;
  };
}

function quantifier(count: 1 | 2, of: "all" | "exists" | "one"): Macro {
  return loop(count, ({ at, args }, result) => {
    const predicate = args[count] ?? truth(at, true);
    switch (of) {
      case "all": {
        const condition = invoke(at, "@not_strictly_false", result);
        return { initial: truth(at, true), condition, step: invoke(at, "_&&_", result, predicate), result };
      }
      case "exists": {
        const condition = invoke(at, "@not_strictly_false", invoke(at, "!_", result));
        return { initial: truth(at, false), condition, step: invoke(at, "_||_", result, predicate), result };
      }
      case "one": {
        const more = invoke(at, "_+_", result, number(at, 1n));
        return {
          initial: number(at, 0n),
          condition: truth(at, true),
          step: invoke(at, "_?_:_", predicate, more, result),
          result: invoke(at, "_==_", result, number(at, 1n)),
        };
      }
    }
  });
}

/** Where a filter is given, only what passes it is taken. */
function filtered(at: number, filter: Expr | undefined, taken: Expr, kept: Expr): Expr {
  return filter === undefined ? taken : invoke(at, "_?_:_", filter, taken, kept);
}

function gather(count: 1 | 2, yields: Select<Expr | undefined>, filter?: Select<Expr | undefined>): Macro {
  return loop(count, ({ at, args }, result) => {
    const element = yields(args) ?? result;
    const one: Expr = { kind: "list", at, elements: [element], optional: new Set() };
    const step = filtered(at, filter?.(args), invoke(at, "_+_", result, one), result);
    return {
      initial: { kind: "list", at, elements: [], optional: new Set() },
      condition: truth(at, true),
      step,
      result,
    };
  });
}

function gatherEntries(yields: Select<readonly (Expr | undefined)[]>, filter?: Select<Expr | undefined>): Macro {
  return loop(2, ({ at, args }, result) => {
    const parts = yields(args).filter((part) => part !== undefined);
    const step = filtered(at, filter?.(args), invoke(at, "cel.@mapInsert", result, ...parts), result);
    return { initial: { kind: "map", at, entries: [] }, condition: truth(at, true), step, result };
  });
}

/** The name that a target is bound to where a macro needs it twice. No text can name it. */
const targetName = "@target";

function onOptional(wraps: boolean): Macro {
  return ({ at, target, args }) => {
    const names = variablesOf(args, 1);
    if ("message" in names) return names;
    const whole: Expr = { kind: "ident", at, name: targetName };
    const value: Expr = { kind: "call", at, name: "value", target: whole, args: [] };
    const present: Expr = { kind: "call", at, name: "hasValue", target: whole, args: [] };
    const result = bound(at, names.variable, value, args[1] ?? target);
    const chosen = wraps ? invoke(at, "optional.of", result) : result;
    return bound(at, targetName, target, invoke(at, "_?_:_", present, chosen, invoke(at, "optional.none")));
  };
}

/** A loop over nothing, whose accumulator is the variable: that is how a name is bound to a value. */
function bound(at: number, name: string, value: Expr, result: Expr): Expr {
  return {
    kind: "comprehension",
    at,
    range: { kind: "list", at, elements: [], optional: new Set() },
    variable: "@unused",
    accumulator: name,
    initial: value,
    condition: truth(at, false),
    step: { kind: "ident", at, name },
    result,
  };
}
