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

  /** The set itself where it holds all of `other` already. */
  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const added = [...other.members].filter((step) => !this.members.has(step));
    const changed: [PathElement, FieldSet][] = [];
    for (const [step, child] of other.children) {
      const before = this.children.get(step);
      const after = before?.union(child) ?? child;
      if (after !== before) changed.push([step, after]);
    }
    if (added.length === 0 && changed.length === 0) return this;
    const members = added.length === 0 ? this.members : new Set([...this.members, ...added]);
    return new FieldSet(members, changed.length === 0 ? this.children : new Map([...this.children, ...changed]));
  }

  /** Without the members of `other`. What lies below a member of `other` stays. The set itself where that takes nothing away. */
  difference(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    const gone = [...other.members].filter((step) => this.members.has(step));
    const changed: [PathElement, FieldSet][] = [];
    for (const [step, child] of other.children) {
      const before = this.children.get(step);
      const after = before?.difference(child);
      if (after !== undefined && after !== before) changed.push([step, after]);
    }
    if (gone.length === 0 && changed.length === 0) return this;
    const members = new Set(this.members);
    for (const step of gone) members.delete(step);
    return FieldSet.of(members, changed.length === 0 ? this.children : new Map([...this.children, ...changed]));
  }

  intersection(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return FieldSet.empty;
    const children: [PathElement, FieldSet][] = [];
    for (const [step, child] of other.children) {
      const mine = this.children.get(step);
      if (mine) children.push([step, mine.intersection(child)]);
    }
    return FieldSet.of(
      [...other.members].filter((step) => this.members.has(step)),
      children,
    );
  }

  equals(other: FieldSet): boolean {
    if (other === this) return true;
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const step of this.members) if (!other.members.has(step)) return false;
    for (const [step, child] of this.children) if (!other.children.get(step)?.equals(child)) return false;
    return true;
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
