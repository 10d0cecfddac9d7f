import { accumulatorName, type Call, type Comprehension, type Expr, type ListLiteral, type MapLiteral } from "./ast.ts";
import { isScalar } from "./cel-type.ts";
import type { Checked } from "./checker.ts";
import { type Estimate, exactly, type KnownArgument, plus, type Range, times, unboundedRange, union } from "./cost.ts";
import type { Declared } from "./declare.ts";
import { extentOf, type Value } from "./values.ts";

const listCost = exactly(10);
const mapCost = exactly(30);
const structCost = exactly(40);
const nothing = exactly(0);

/** Sizes of the keys and values within a list or map that was made in the expression. */
interface Entries {
  readonly isList: boolean;
  readonly key: Range;
  readonly value: Range;
}

/** What is known of an expression's value before it is evaluated. */
interface Known {
  readonly cost: Range;
  /** Where in the schema it stands; `astray` where the schema knows no such place, undefined where it was made by the expression. */
  readonly place: Declared | "astray" | undefined;
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

/**
 * What evaluating an expression costs at the worst, in the units and by the rules of Kubernetes: a CustomResourceDefinition is refused whose
 * rules could cost too much. Bounds on sizes come from the schema.
 *
 * @param self what the variables `self` and `oldSelf` stand for.
 */
export function worstCost(checked: Checked, self: Declared): number {
  return new Estimator(checked, self).of(checked.expr).cost.max;
}

class Estimator {
  readonly #checked: Checked;
  readonly #self: Declared;
  readonly #scopes: ReadonlyMap<string, Omit<Known, "cost">>[] = [];

  constructor(checked: Checked, self: Declared) {
    this.#checked = checked;
    this.#self = self;
  }

  of(expr: Expr): Known {
    const known = this.#find(expr);
    if (known.size !== undefined) return known;
    const { place } = known;
    // A field that the schema bounds counts as that large even where its type is of a fixed size, as upstream does.
    if (place && place !== "astray") return { ...known, size: { min: 0, max: place.sizeMax } };
    return isScalar(this.#checked.typeOf(expr)) ? { ...known, size: exactly(1) } : known;
  }

  #find(expr: Expr): Known {
    switch (expr.kind) {
      case "literal":
        return plain(nothing, exactly(literalSize(expr.value)));
      case "ident":
        return this.#ident(expr.name);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return plain(structCost);
      case "comprehension":
        return this.#comprehension(expr);
    }
  }

  #ident(name: string): Known {
    for (const scope of this.#scopes.toReversed()) {
      const local = scope.get(name);
      if (local) return { ...local, cost: exactly(1) };
    }
    // Upstream takes any other name for the variable `self`, names of types as well.
    return { cost: exactly(1), place: this.#self, size: undefined, entries: undefined };
  }

  /** A place further down. What the expression made itself counts as a variable, and those all stand for `self`: upstream's way again. */
  #below({ place }: Pick<Known, "place">, step: (at: Declared) => Declared | undefined): Known["place"] {
    if (place === undefined) return this.#self;
    return place === "astray" ? place : (step(place) ?? "astray");
  }

  #select({ operand, field, isTest }: Expr & { readonly kind: "select" }): Known {
    const target = this.of(operand);
    if (isTest) return plain(target.cost);
    const { kind } = this.#checked.typeOf(operand);
    const isCounted = kind === "map" || kind === "object" || kind === "param";
    return {
      cost: isCounted ? plus(target.cost, exactly(1)) : target.cost,
      place: this.#below(target, (at) => at.fields?.get(field)),
      size: undefined,
      entries: undefined,
    };
  }

  #call(call: Call): Known {
    const args = call.args.map((argument) => this.of(argument));
    const argCost = sum(args);
    const [first, second, third] = args;
    switch (call.name) {
      case "_&&_":
      case "_||_":
        // The second operand need not be evaluated.
        return plain({ min: first?.cost.min ?? 0, max: argCost.max });
      case "_?_:_":
        return first && second && third ? choice(first, second, third) : plain(argCost);
      case "@not_strictly_false":
        return plain(plus(argCost, exactly(1)));
      case "dyn":
        return { cost: plus(argCost, exactly(1)), place: undefined, size: first?.size, entries: first?.entries };
      case "_?._":
        return plain(plus(argCost, exactly(1)));
    }
    return this.#invocation(call, args);
  }

  #invocation(call: Call, args: readonly Known[]): Known {
    const overloads = this.#checked.overloadsOf(call);
    const isMember = overloads[0]?.isMember === true;
    const target = isMember && call.target ? this.of(call.target) : undefined;
    const all = target ? [target, ...args] : args;
    const exprs = target && call.target ? [call.target, ...call.args] : call.args;
    const known = all.map((one, index) => this.#argument(exprs[index], one));
    const estimates = overloads.map(({ cost }) => cost.estimate(known));
    const own = estimates.map(({ cost }) => cost).reduce(union, { min: Number.POSITIVE_INFINITY, max: 0 });
    const cost = plus(sum(all), estimates.length === 0 ? nothing : own);
    const isIndex = call.name === "_[_]";
    const indexed = isIndex ? args[0] : undefined;
    const size = indexed?.entries?.value ?? resultSize(estimates);
    const joined =
      call.name === "_+_" && args[0] && args[1] ? joinedEntries(args[0].entries, args[1].entries) : undefined;
    return { cost, place: indexed && this.#below(indexed, (at) => at.element), size, entries: joined };
  }

  #argument(expr: Expr | undefined, { size = unboundedRange, place }: Known): KnownArgument {
    const type = expr ? this.#checked.typeOf(expr) : ({ kind: "dyn" } as const);
    const element = place === "astray" ? undefined : place?.element;
    const elementSize = element ? { min: 0, max: element.sizeMax } : unboundedRange;
    return { type, size, elementSize, literal: expr?.kind === "literal" ? expr.value : undefined };
  }

  #list({ elements }: ListLiteral): Known {
    const known = elements.map((element) => this.of(element));
    const value = known.map(sizeOf).reduce(union, known.length === 0 ? nothing : emptyUnion);
    return {
      cost: plus(sum(known), listCost),
      place: undefined,
      size: exactly(elements.length),
      entries: { isList: true, key: exactly(1), value },
    };
  }

  #map({ entries }: MapLiteral): Known {
    const keys = entries.map(({ key }) => this.of(key));
    const values = entries.map(({ value }) => this.of(value));
    const start = entries.length === 0 ? nothing : emptyUnion;
    return {
      cost: plus(plus(sum(keys), sum(values)), mapCost),
      place: undefined,
      size: exactly(entries.length),
      entries: {
        isList: false,
        key: keys.map(sizeOf).reduce(union, start),
        value: values.map(sizeOf).reduce(union, start),
      },
    };
  }

  #comprehension(loop: Comprehension): Known {
    const range = this.of(loop.range);
    const initial = this.of(loop.initial);
    const isBinding = loop.accumulator !== accumulatorName;
    const carried = isBinding ? initial : { ...initial, place: undefined };
    this.#scopes.push(new Map([[loop.accumulator, carried]]));
    if (isBinding) {
      const result = this.of(loop.result);
      this.#scopes.pop();
      return { ...result, place: undefined, cost: plus(plus(range.cost, initial.cost), result.cost) };
    }
    this.#scopes.push(this.#elements(loop, range));
    const condition = this.of(loop.condition);
    const step = this.of(loop.step);
    this.#scopes.pop();
    const result = this.of(loop.result);
    this.#scopes.pop();
    const rounds = sizeOf(range);
    const once = sum([range, initial, result]);
    const cost = plus(once, times(rounds, plus(step.cost, condition.cost)));
    if (loop.initial.kind === "literal") return plain(cost, initial.size);
    return { cost, place: undefined, size: rounds, entries: step.entries };
  }

  /** What a loop's variables stand for. */
  #elements(loop: Comprehension, range: Known): ReadonlyMap<string, Omit<Known, "cost">> {
    const isList = range.entries?.isList ?? this.#checked.typeOf(loop.range).kind === "list";
    const value = { place: this.#below(range, (at) => at.element), size: undefined, entries: undefined };
    const keyPlace = this.#below(range, (at) => (isList ? undefined : at.key));
    const key = { place: keyPlace, size: undefined, entries: undefined };
    if (loop.second === undefined) return new Map([[loop.variable, isList ? value : key]]);
    return new Map([
      [loop.variable, key],
      [loop.second, value],
    ]);
  }
}

/** The union of no ranges: any other widens it to itself. */
const emptyUnion: Range = { min: Number.POSITIVE_INFINITY, max: 0 };

function plain(cost: Range, size?: Range): Known {
  return { cost, place: undefined, size, entries: undefined };
}

function sizeOf({ size }: Known): Range {
  return size ?? unboundedRange;
}

function sum(all: readonly Known[]): Range {
  return all.reduce((total, { cost }) => plus(total, cost), nothing);
}

function literalSize(value: Value): number {
  return extentOf(value);
}

function choice(test: Known, chosen: Known, other: Known): Known {
  const size = union(sizeOf(chosen), sizeOf(other));
  const entries = joinedEntries(chosen.entries, other.entries);
  return { cost: plus(test.cost, union(chosen.cost, other.cost)), place: undefined, size, entries };
}

function joinedEntries(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { isList: a.isList, key: union(a.key, b.key), value: union(a.value, b.value) };
}

function resultSize(estimates: readonly Estimate[]): Range | undefined {
  const sizes = estimates.map(({ resultSize: size }) => size).filter((size) => size !== undefined);
  return sizes.length === 0 ? undefined : sizes.reduce(union);
}
