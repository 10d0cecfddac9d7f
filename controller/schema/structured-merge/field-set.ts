import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { elementText, isKnownStep, type PathElement, readElement } from "./path-element.ts";

/** Deeper ones come from nobody who means well. */
const depthMax = 128;
/** How FieldsV1 says that the node itself is in the set, where something below it is, too. */
const selfMark = ".";

/**
 * A set of places in an object: a tree of steps, in which a step is a member, leads to members below, or both. Never changed once made.
 * FieldsV1 (apimachinery, `meta/v1`) is its form in `managedFields`.
 */
export class FieldSet {
  static readonly empty = new FieldSet(new Set(), new Map());
  readonly members: ReadonlySet<PathElement>;
  /** None of them is empty. */
  readonly children: ReadonlyMap<PathElement, FieldSet>;

  constructor(members: ReadonlySet<PathElement>, children: ReadonlyMap<PathElement, FieldSet>) {
    this.members = members;
    this.children = children;
  }

  /** Only `children` that hold something are taken. */
  static of(members: Iterable<PathElement>, children: Iterable<readonly [PathElement, FieldSet]>): FieldSet {
    const full = new Map<PathElement, FieldSet>();
    for (const [step, child] of children) if (!child.isEmpty) full.set(step, child);
    const own = new Set(members);
    return own.size === 0 && full.size === 0 ? FieldSet.empty : new FieldSet(own, full);
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  /** What lies behind a step; empty where nothing does. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? FieldSet.empty;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const steps = new Set([...this.children.keys(), ...other.children.keys()]);
    return FieldSet.of(
      [...this.members, ...other.members],
      [...steps].map((step) => [step, this.below(step).union(other.below(step))] as const),
    );
  }

  /** Without the members of `other`. What lies below a member of `other` stays. */
  difference(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    return FieldSet.of(
      [...this.members].filter((step) => !other.members.has(step)),
      [...this.children].map(([step, child]) => [step, child.difference(other.below(step))] as const),
    );
  }

  /** Without the members of `other` and all that lies below them. */
  without(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    return FieldSet.of(
      [...this.members].filter((step) => !other.members.has(step)),
      [...this.children]
        .filter(([step]) => !other.members.has(step))
        .map(([step, child]) => [step, child.without(other.below(step))] as const),
    );
  }

  intersection(other: FieldSet): FieldSet {
    return FieldSet.of(
      [...this.members].filter((step) => other.members.has(step)),
      [...this.children].map(([step, child]) => [step, child.intersection(other.below(step))] as const),
    );
  }

  equals(other: FieldSet): boolean {
    return (
      this.members.size === other.members.size &&
      this.children.size === other.children.size &&
      [...this.members].every((step) => other.members.has(step)) &&
      [...this.children].every(([step, child]) => other.children.get(step)?.equals(child) === true)
    );
  }

  /** Each member as messages show it, such as `.spec.ports[name="http"].port`, in the order of the set. */
  *paths(prefix = ""): Generator<string> {
    for (const step of sorted([...this.members, ...this.children.keys()])) {
      const path = `${prefix}${elementText(step)}`;
      if (this.members.has(step)) yield path;
      yield* this.below(step).paths(path);
    }
  }

  toFieldsV1(): JsonObject {
    const fields: Record<string, JsonValue> = {};
    for (const step of sorted([...this.members, ...this.children.keys()])) {
      const below = this.children.get(step)?.toFieldsV1();
      const self = this.members.has(step) && below ? { [selfMark]: {} } : {};
      defineMember(fields, step, { ...self, ...below });
    }
    return fields;
  }

  /** Steps of a kind that is not known are passed over, as kube-apiserver does. @returns undefined for what is no FieldsV1. */
  static fromFieldsV1(fields: JsonValue | undefined, depth = 0): FieldSet | undefined {
    if (!isJsonObject(fields) || depth > depthMax) return undefined;
    const members: PathElement[] = [];
    const children: [PathElement, FieldSet][] = [];
    for (const [text, inner] of Object.entries(fields)) {
      if (text === selfMark || !isKnownStep(text)) continue; // the mark is said of the node above
      const step = readElement(text);
      const below = FieldSet.fromFieldsV1(inner, depth + 1);
      if (step === undefined || below === undefined || !isJsonObject(inner)) return undefined;
      if (below.isEmpty || Object.hasOwn(inner, selfMark)) members.push(step);
      children.push([step, below]);
    }
    return FieldSet.of(members, children);
  }
}

/** Fields before keys, values and places; each by the alphabet. */
function sorted(steps: readonly PathElement[]): readonly PathElement[] {
  return [...new Set(steps)].sort((a, b) => (a < b ? -1 : 1));
}
