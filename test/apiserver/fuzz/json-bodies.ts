import { defineMember, type JsonObject, type JsonValue } from "../../../controller/base/json.ts";
import type { Dice } from "./dice.ts";

const scalars: readonly [JsonValue, ...JsonValue[]] = [
  null,
  ...[true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308],
  ...[
    "",
    "a",
    "A",
    "spore",
    "default",
    "True",
    "\ud800é",
    "\0",
    "2026-01-01T00:00:00Z",
    "50%",
    "1.2.3.4:80",
    "a/b",
    "x".repeat(300),
  ],
];
const fields: readonly [string, ...string[]] = [
  ...(["apiVersion", "kind", "metadata", "spec", "status", "name", "namespace", "labels", "annotations"] as const),
  ...["finalizers", "ownerReferences", "managedFields", "data", "stringData", "selector", "matchLabels", "template"],
  ...["matchExpressions", "key", "operator", "values", "config", "firmware", "family", "address", "conditions", "type"],
  ...["resourceVersion", "uid", "generateName", "deletionTimestamp", "rules", "verbs", "subjects", "roleRef", "a", "b"],
  ...["$patch", "$retainKeys", "$deleteFromPrimitiveList/finalizers", "$setElementOrder/finalizers"],
  ...["constructor", "__proto__", "toString", "hasOwnProperty", ""],
];

/** Any JSON value. */
export function someValue(dice: Dice, depth = 4): JsonValue {
  if (depth === 0 || dice.chance(0.4)) return dice.pick(scalars);
  return dice.chance(0.4) ? dice.several(3, () => someValue(dice, depth - 1)) : someObject(dice, depth - 1);
}

export function someObject(dice: Dice, depth = 4): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (const field of dice.several(4, () => dice.pick(fields))) defineMember(object, field, someValue(dice, depth));
  return object;
}

/** A good value in which one part, at some depth, is something else. */
export function spoiled(dice: Dice, value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || dice.chance(0.15)) return someValue(dice, 3);
  const keys = Object.keys(value);
  const chosen = keys[dice.integer(0, Math.max(0, keys.length - 1))];
  const members = Object.entries(value).map(([key, inner]) => {
    return [key, key === chosen ? spoiled(dice, inner) : inner] as const;
  });
  return Array.isArray(value) ? members.map(([, inner]) => inner) : Object.fromEntries(members);
}

const operations = ["add", "remove", "replace", "move", "copy", "test", "nope"] as const;
const pointers: readonly [string, ...string[]] = [
  ...([
    "",
    "/",
    "/metadata",
    "/metadata/labels",
    "/metadata/labels/a~1b",
    "/metadata/finalizers/-",
    "/spec",
    "/status",
  ] as const),
  ...["/spec/template/config/0", "/spec/template/config/01", "/data/a", "/data/-", "/__proto__/a", "a", "/~2"],
];

/** What a request of that content type may bring. */
export function someBody(dice: Dice, type: string, manifest: JsonValue): JsonValue {
  if (type === "application/json-patch+json" && dice.chance(0.9)) {
    return dice.several(6, () => ({
      op: dice.pick(operations),
      path: dice.pick(pointers),
      from: dice.pick(pointers),
      value: someValue(dice, 3),
    }));
  }
  if (dice.chance(0.4)) return manifest;
  return dice.chance(0.8) ? spoiled(dice, manifest) : someValue(dice, 5);
}
