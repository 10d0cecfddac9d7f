import {
  accumulatorName,
  type Call,
  type Comprehension,
  type Expr,
  type ListLiteral,
  type MapLiteral,
  type Select,
} from "./ast.ts";
import {
  bool,
  type CelType,
  dyn,
  int,
  isOpen,
  listOf,
  mapOf,
  optionalOf,
  type PlainKind,
  typeText,
  unknown,
  withParts,
} from "./cel-type.ts";
import type { Overload } from "./functions.ts";
import type { Issue } from "./issues.ts";
import { functions } from "./library.ts";
import { moreGeneral, resolved, Unifier } from "./unify.ts";

/** An expression whose types fit. */
export interface Checked {
  readonly expr: Expr;
  readonly type: CelType;
  typeOf(expr: Expr): CelType;
  /** The forms of a function that a call may turn out to mean; more than one where a type is dynamic. */
  overloadsOf(call: Call): readonly Overload[];
  /** Whether `name` is looked up anywhere. */
  mentions(name: string): boolean;
}

/** Names that an expression may look up, with their types. */
export type Variables = ReadonlyMap<string, CelType>;

const typeNames: Variables = new Map(
  (["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"] as const).map(
    (name): [string, CelType] => [name, { kind: "type", of: namedType(name) }],
  ),
);

function namedType(name: PlainKind | "list" | "map" | "null_type" | "type"): CelType {
  if (name === "list") return listOf(dyn);
  if (name === "map") return mapOf(dyn, dyn);
  if (name === "type") return { kind: "type", of: dyn };
  return { kind: name === "null_type" ? "null" : name };
}

/** Finds the type of everything in an expression; or says what does not fit. */
export function check(expr: Expr, variables: Variables): Checked | readonly Issue[] {
  const checker = new Checker(variables);
  checker.check(expr);
  return checker.issues.length > 0 ? checker.issues : checker.checked(expr);
}

class Checker {
  readonly issues: Issue[] = [];
  readonly #types = new Map<Expr, CelType>();
  readonly #overloads = new Map<Expr, readonly Overload[]>();
  readonly #mentioned = new Set<string>();
  readonly #scopes: Map<string, CelType>[];
  readonly #unifier = new Unifier();
  #parameters = 0;

  constructor(variables: Variables) {
    this.#scopes = [new Map([...typeNames, ...variables])];
  }

  checked(expr: Expr): Checked {
    const { bindings } = this.#unifier;
    const types = new Map([...this.#types].map(([one, type]) => [one, resolved(bindings, type, true)]));
    return {
      expr,
      type: types.get(expr) ?? unknown,
      typeOf: (one) => types.get(one) ?? unknown,
      overloadsOf: (call) => this.#overloads.get(call) ?? [],
      mentions: (name) => this.#mentioned.has(name),
    };
  }

  /** The type of an expression, found once. */
  check(expr: Expr): CelType {
    const type = this.#types.get(expr) ?? this.#find(expr);
    this.#types.set(expr, type);
    return type;
  }

  #find(expr: Expr): CelType {
    switch (expr.kind) {
      case "literal":
        return expr.type;
      case "ident":
        return this.#lookUp(expr.name) ?? this.#undeclared(expr.at, expr.name);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return this.#undeclared(expr.at, expr.name);
      case "comprehension":
        return this.#comprehension(expr);
    }
  }

  #report(at: number, message: string): CelType {
    this.issues.push({ at, message });
    return unknown;
  }

  #undeclared(at: number, name: string): CelType {
    return this.#report(at, `undeclared reference to '${name}' (in container '')`);
  }

  #mismatch(at: number, expected: CelType, found: CelType): CelType {
    return this.#report(at, `expected type '${this.#text(expected)}' but found '${this.#text(found)}'`);
  }

  #text(type: CelType): string {
    return typeText(this.#known(type));
  }

  #lookUp(name: string): CelType | undefined {
    for (const scope of this.#scopes.toReversed()) {
      const type = scope.get(name);
      if (type === undefined) continue;
      if (scope === this.#scopes[0]) this.#mentioned.add(name);
      return type;
    }
    return undefined;
  }

  /** The type, with what has been found out of its parameters. */
  #known(type: CelType): CelType {
    return resolved(this.#unifier.bindings, type, false);
  }

  /** A parameter that no other type holds yet. */
  #fresh(): CelType {
    return { kind: "param", name: `_var${this.#parameters++}` };
  }

  #fits(given: CelType, wanted: CelType): boolean {
    return this.#unifier.unify([given], [wanted]);
  }

  #select({ at, operand, field, isTest }: Select): CelType {
    const type = this.#field(at, this.check(operand), field);
    return isTest ? bool : type;
  }

  /** What selecting a field yields: of something that may be absent, something that may be absent. */
  #field(at: number, operand: CelType, field: string): CelType {
    const whole = this.#known(operand);
    const type = whole.kind === "optional" ? whole.of : whole;
    const found = this.#fieldOf(at, type, field);
    return whole.kind === "optional" ? optionalOf(found) : found;
  }

  #fieldOf(at: number, type: CelType, field: string): CelType {
    if (type.kind === "map") return type.value;
    if (type.kind === "object") return type.fields.get(field) ?? this.#report(at, `undefined field '${field}'`);
    if (type.kind === "param") this.#fits(dyn, type);
    else if (!isOpen(type)) this.#report(at, `type '${this.#text(type)}' does not support field selection`);
    return dyn;
  }

  #call(call: Call): CelType {
    const { name, target, args, at } = call;
    if (name === "_?._") return this.#optionalField(call);
    const argTypes = args.map((argument) => this.check(argument));
    switch (name) {
      case "_&&_":
      case "_||_":
        return this.#logical(args, argTypes);
      case "_?_:_":
        return this.#conditional(at, argTypes);
      case "@not_strictly_false":
        return bool;
    }
    if (target === undefined) return this.#resolve(call, functions.get(name), argTypes);
    // `format.named(…)` is one name where a function is called so, and not a field of something called format.
    const prefix = qualifiedName(target);
    const namespaced = prefix === undefined ? undefined : functions.get(`${prefix}.${name}`);
    if (namespaced) return this.#resolve(call, namespaced, argTypes, false);
    return this.#resolve(call, functions.get(name), [this.check(target), ...argTypes], true);
  }

  #optionalField({ args: [operand, field], at }: Call): CelType {
    if (operand === undefined || field?.kind !== "literal") return unknown;
    const type = this.#field(at, this.check(operand), String(field.value));
    this.check(field);
    return type.kind === "optional" ? type : optionalOf(type);
  }

  #logical(args: readonly Expr[], types: readonly CelType[]): CelType {
    for (const [index, type] of types.entries()) {
      if (!this.#fits(type, bool)) this.#mismatch(args[index]?.at ?? 0, bool, type);
    }
    return bool;
  }

  #conditional(at: number, types: readonly CelType[]): CelType {
    const result = this.#fresh();
    if (!this.#unifier.unify(types, [bool, result, result])) return this.#noOverload(at, "_?_:_", types, false);
    return this.#known(result);
  }

  #noOverload(at: number, name: string, types: readonly CelType[], isMember: boolean): CelType {
    const texts = types.map((type) => typeText(resolved(this.#unifier.bindings, type, true)));
    const [target = "", ...rest] = texts;
    const applied = isMember ? `${target}.(${rest.join(", ")})` : `(${texts.join(", ")})`;
    return this.#report(at, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #resolve(
    call: Call,
    overloads: readonly Overload[] | undefined,
    types: readonly CelType[],
    isMember = false,
  ): CelType {
    if (overloads === undefined) return this.#undeclared(call.at, call.name);
    const matching: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== isMember) continue;
      const { params, result: yields } = this.#instance(overload);
      if (!this.#unifier.unify(types, params)) continue;
      matching.push(overload);
      const type = this.#known(yields);
      if (result === undefined) result = type;
      else if (result.kind !== "dyn" && typeText(result) !== typeText(type)) result = dyn;
    }
    if (result === undefined) return this.#noOverload(call.at, matchingName(call, overloads), types, isMember);
    this.#overloads.set(call, matching);
    return result;
  }

  /** The signature with parameters of its own for this one call. */
  #instance({ params, result }: Overload): { params: readonly CelType[]; result: CelType } {
    const names = new Map<string, CelType>();
    const renamed = (type: CelType): CelType => {
      if (type.kind !== "param") return withParts(type, renamed);
      const known = names.get(type.name) ?? this.#fresh();
      names.set(type.name, known);
      return known;
    };
    return { params: params.map(renamed), result: renamed(result) };
  }

  /** The type that both of two elements have; an error where there is none, for a list is of one kind. */
  #joined(at: number, before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    if (this.#fits(before, type)) return moreGeneral(before, type);
    return this.#mismatch(at, before, type);
  }

  /** What an element written with a question mark puts into a literal. */
  #unwrapped(expr: Expr, type: CelType): CelType {
    const known = this.#known(type);
    if (known.kind === "optional") return known.of;
    if (!isOpen(known)) this.#mismatch(expr.at, optionalOf(known), known);
    return known;
  }

  #list({ elements, optional }: ListLiteral): CelType {
    let item: CelType | undefined;
    for (const [index, element] of elements.entries()) {
      const type = this.check(element);
      item = this.#joined(element.at, item, optional.has(index) ? this.#unwrapped(element, type) : type);
    }
    return listOf(item ?? this.#fresh());
  }

  #map({ entries }: MapLiteral): CelType {
    let keys: CelType | undefined;
    let values: CelType | undefined;
    for (const { key, value, isOptional } of entries) {
      keys = this.#joined(key.at, keys, this.check(key));
      const type = this.check(value);
      values = this.#joined(value.at, values, isOptional ? this.#unwrapped(value, type) : type);
    }
    return mapOf(keys ?? this.#fresh(), values ?? this.#fresh());
  }

  #comprehension(loop: Comprehension): CelType {
    const range = this.#known(this.check(loop.range));
    const accumulated = this.check(loop.initial);
    const { first, second } = this.#elements(loop, range);
    const outer = new Map([[loop.accumulator, accumulated]]);
    this.#scopes.push(outer, new Map([[loop.variable, loop.second === undefined ? first : second.key]]));
    if (loop.second !== undefined) this.#scopes.at(-1)?.set(loop.second, second.value);
    this.#expect(loop.condition, bool);
    this.#expect(loop.step, accumulated);
    this.#scopes.pop();
    const result = this.#known(this.check(loop.result));
    this.#scopes.pop();
    return result;
  }

  #expect(expr: Expr, type: CelType): void {
    const found = this.check(expr);
    if (!this.#fits(found, type)) this.#mismatch(expr.at, type, found);
  }

  /** What a loop with one variable gives it, and what one with two gives to each. */
  #elements(loop: Comprehension, range: CelType): { first: CelType; second: { key: CelType; value: CelType } } {
    switch (range.kind) {
      case "list":
        return { first: range.item, second: { key: int, value: range.item } };
      case "map":
        return { first: range.key, second: range };
      case "dyn":
      case "error":
      case "param": {
        this.#fits(dyn, range);
        return { first: dyn, second: { key: dyn, value: dyn } };
      }
      default: {
        const why = "cannot be range of a comprehension (must be list, map, or dynamic)";
        this.#report(loop.range.at, `expression of type '${this.#text(range)}' ${why}`);
        return { first: unknown, second: { key: unknown, value: unknown } };
      }
    }
  }
}

/** The name that messages give: a function of a namespace is called by its whole name. */
function matchingName(call: Call, overloads: readonly Overload[]): string {
  return overloads[0]?.name ?? call.name;
}

/** `a.b.c` as one name; undefined for anything else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === "ident") return expr.name === accumulatorName ? undefined : expr.name;
  if (expr.kind !== "select" || expr.isTest) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
