import { type CelType, isOpen, isSameType, partsOf, withParts } from "./cel-type.ts";

/** What is known of type parameters so far. A parameter's type may hold other parameters. */
export type Bindings = ReadonlyMap<string, CelType>;

/** Types nest at most as deeply as expressions and schemas do together; deeper ones hold themselves. */
const depthMax = 400;

/** Bindings that can be taken back: a form of a function that does not fit leaves no trace. */
export class Unifier {
  readonly #bound = new Map<string, CelType>();
  readonly #undo: { readonly name: string; readonly before: CelType | undefined }[] = [];

  get bindings(): Bindings {
    return this.#bound;
  }

  /**
   * Whether a value of each type in `given` can stand where the one in `wanted` is asked for; what must be bound for that stays bound. What is
   * dynamic fits anything.
   */
  unify(given: readonly CelType[], wanted: readonly CelType[]): boolean {
    this.#undo.length = 0;
    const fits =
      given.length === wanted.length &&
      given.every((type, index) => this.#stands(type, wanted[index] ?? { kind: "error" }));
    if (!fits) {
      for (const { name, before } of this.#undo.reverse()) {
        if (before) this.#bound.set(name, before);
        else this.#bound.delete(name);
      }
    }
    return fits;
  }

  #stands(given: CelType, wanted: CelType): boolean {
    if (wanted.kind === "param") {
      const bound = this.#bind(wanted.name, given);
      if (bound !== "fresh conflict") return bound;
    }
    if (given.kind === "param") return this.#bind(given.name, wanted) === true;
    if (isOpen(given) || isOpen(wanted)) return true;
    if (given.kind === "null") return wanted.kind === "null" || isNullable(wanted);
    if (wanted.kind === "null") return isNullable(given);
    if (given.kind === "type") return wanted.kind === "type";
    const [a, b] = [partsOf(given), partsOf(wanted)];
    if (a.length === 0) return isSameType(given, wanted);
    return given.kind === wanted.kind && a.every((part, index) => this.#stands(part, b[index] ?? { kind: "error" }));
  }

  /** Binds a parameter, or widens what it is bound to. `fresh conflict`: it is not bound, and cannot be bound to a type that holds it. */
  #bind(name: string, type: CelType): boolean | "fresh conflict" {
    if (type.kind === "param" && type.name === name) return true;
    const before = this.#bound.get(name);
    if (before === undefined) {
      if (holds(this.#bound, type, name)) return "fresh conflict";
      this.#set(name, type, undefined);
      return true;
    }
    if (isSameType(before, type)) return true;
    if (!this.#stands(type, before)) return false;
    const wider = moreGeneral(type, before);
    if (!holds(this.#bound, wider, name)) this.#set(name, wider, before);
    return true;
  }

  #set(name: string, type: CelType, before: CelType | undefined): void {
    this.#undo.push({ name, before });
    this.#bound.set(name, type);
  }
}

/** `type` with its parameters replaced by what is known of them; by `dyn` where nothing is and `isFinal`. */
export function resolved(bindings: Bindings, type: CelType, isFinal: boolean, depth = 0): CelType {
  if (depth > depthMax) return { kind: "dyn" };
  if (type.kind !== "param") return withParts(type, (part) => resolved(bindings, part, isFinal, depth + 1));
  const bound = bindings.get(type.name);
  if (bound !== undefined) return resolved(bindings, bound, isFinal, depth + 1);
  return isFinal ? { kind: "dyn" } : type;
}

/** Kinds that null may stand for, as it always could in this language. */
function isNullable({ kind }: CelType): boolean {
  return kind === "object" || kind === "opaque" || kind === "optional" || kind === "timestamp" || kind === "duration";
}

function holds(draft: Bindings, type: CelType, name: string, depth = 0): boolean {
  if (depth > depthMax) return true;
  if (type.kind !== "param") return partsOf(type).some((part) => holds(draft, part, name, depth + 1));
  if (type.name === name) return true;
  const bound = draft.get(type.name);
  return bound !== undefined && holds(draft, bound, name, depth + 1);
}

/** The less specific of two types that fit each other. */
export function moreGeneral(a: CelType, b: CelType): CelType {
  return isAtMostAsSpecific(a, b) ? a : b;
}

function isAtMostAsSpecific(a: CelType, b: CelType): boolean {
  if (isOpen(a) || a.kind === "param") return true;
  if (isOpen(b) || b.kind === "param") return false;
  const [x, y] = [partsOf(a), partsOf(b)];
  if (x.length === 0) return a.kind === b.kind || a.kind === "null";
  return a.kind === b.kind && x.every((part, index) => isAtMostAsSpecific(part, y[index] ?? { kind: "error" }));
}
