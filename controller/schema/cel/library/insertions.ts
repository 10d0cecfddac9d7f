import { fixed } from "../cost.ts";
import { define, isAny, isMap, type Overload } from "../functions.ts";
import { asKey, Fault, type MapKey, type MapValue, PlainMap, type Value } from "../values.ts";

function inserted(map: MapValue, entries: Iterable<readonly [Value, Value]>): Value {
  const all = new Map<MapKey, Value>();
  for (const key of map.keys()) all.set(key, map.get(key) ?? null);
  for (const [key, value] of entries) {
    const asked = asKey(key);
    if (asked === undefined) return new Fault("unsupported key type");
    if (all.has(asked)) return new Fault(`insert failed: key ${String(asked)} already exists`);
    all.set(asked, value);
  }
  return new PlainMap(all);
}

function* entriesOf(map: MapValue): Generator<readonly [Value, Value]> {
  for (const key of map.keys()) yield [key, map.get(key) ?? null];
}

/** What the macros that build maps call for each entry. No text can name it. The evaluator spares the copy where it may. */
export const insertions: readonly Overload[] = [
  define(
    "cel.@mapInsert",
    "(map<K, V>, K, V): map<K, V>",
    [isMap, isAny, isAny],
    (map, key, value) => {
      return inserted(map, [[key, value]]);
    },
    fixed(1),
  ),
  define(
    "cel.@mapInsert",
    "(map<K, V>, map<K, V>): map<K, V>",
    [isMap, isMap],
    (map, more) => {
      return inserted(map, entriesOf(more));
    },
    fixed(1),
  ),
];
