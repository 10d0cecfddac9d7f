import { isList, isMap } from "./functions.ts";
import { listCost, type Run, type Step, selectCost } from "./run.ts";
import { asKey, Fault, isFault, type ListValue, type MapKey, noSuchOverload, PlainMap, type Value } from "./values.ts";

/** One round of a loop: undefined to go on, or the fault that ends it. */
export interface LoopStep {
  /** What the loop carries, where it is not the value that it begins with. */
  readonly begin?: () => Value;
  next(run: Run): Fault | undefined;
}

/** Runs `round` for each element; a fault, or undefined when the loop came to its end. */
export function eachOf(
  over: Value,
  run: Run,
  slots: readonly number[],
  round: () => Value | undefined | "end",
): Fault | undefined {
  const [first = 0, second] = slots;
  const once = (key: Value, value: Value): Fault | "end" | undefined => {
    run.slots[first] = second === undefined ? value : key;
    if (second !== undefined) run.slots[second] = value;
    const went = round();
    return went === undefined ? undefined : went === "end" || isFault(went) ? went : noSuchOverload;
  };
  if (isList(over)) {
    for (let index = 0; index < over.size; index++) {
      const went = once(BigInt(index), over.at(index));
      if (went !== undefined) return went === "end" ? undefined : went;
    }
    return undefined;
  }
  if (!isMap(over)) return noSuchOverload;
  for (const key of over.keys()) {
    const went = once(key, second === undefined ? key : (over.get(key) ?? null));
    if (went !== undefined) return went === "end" ? undefined : went;
  }
  return undefined;
}

/** A list that a loop is making. */
class GrowingList implements ListValue {
  readonly kind = "list";
  readonly items: Value[] = [];

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index] ?? null;
  }
}

function passes(test: Step | undefined, run: Run): boolean | Fault {
  if (test === undefined) return true;
  const value = test(run);
  if (typeof value === "boolean") return value;
  return isFault(value) ? value : noSuchOverload;
}

/** Adds one element to a list in each round that passes the test. */
export function listGathering(slot: number, test: Step | undefined, element: Step): LoopStep {
  return {
    begin: () => new GrowingList(),
    next: (run) => {
      const list = run.slots[slot];
      const taken = passes(test, run);
      if (taken instanceof Fault) return taken;
      if (!taken) return ended(run.spend(selectCost, null));
      const value = element(run);
      if (isFault(value)) return value;
      if (list instanceof GrowingList) list.items.push(value);
      return ended(run.spend(selectCost + listCost + 1, null));
    },
  };
}

/** A map that a loop is making. */
class GrowingMap extends PlainMap {
  readonly growing: Map<MapKey, Value>;

  constructor(growing: Map<MapKey, Value>) {
    super(growing);
    this.growing = growing;
  }
}

/** Adds entries to a map in each round that passes the test: a key and its value, or those of another map. */
export function mapGathering(slot: number, test: Step | undefined, added: readonly Step[]): LoopStep {
  return {
    begin: () => new GrowingMap(new Map()),
    next: (run) => {
      const map = run.slots[slot];
      const taken = passes(test, run);
      if (taken instanceof Fault) return taken;
      if (!taken) return ended(run.spend(selectCost, null));
      const [key, value] = added.map((step) => step(run));
      if (key === undefined || isFault(key)) return key ?? noSuchOverload;
      if (isFault(value)) return value;
      const entries = value === undefined ? entriesOf(key) : [[key, value] as const];
      for (const [name, entry] of entries) {
        const known = asKey(name);
        if (known === undefined || !(map instanceof GrowingMap)) return new Fault("unsupported key type");
        if (map.growing.has(known)) return new Fault(`insert failed: key ${String(known)} already exists`);
        map.growing.set(known, entry);
      }
      return ended(run.spend(selectCost + entries.length, null));
    },
  };
}

function entriesOf(map: Value): readonly (readonly [Value, Value])[] {
  return isMap(map) ? [...map.keys()].map((key) => [key, map.get(key) ?? null] as const) : [];
}

function ended(spent: Value): Fault | undefined {
  return isFault(spent) ? spent : undefined;
}
