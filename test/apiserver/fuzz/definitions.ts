import type { JsonObject, JsonValue } from "../../../controller/base/json.ts";
import { hostileExpressions, someExpression } from "./cel-texts.ts";
import type { Dice } from "./dice.ts";
import { someValue, spoiled } from "./json-bodies.ts";

const hostilePatterns = [
  ...[
    "(a+)+$",
    "^(a|aa)+$",
    "((a{100}){100}){100}",
    "(x+x+)+y",
    "[",
    "(?=a)",
    "\\1",
    "(?:a?){200}a{200}",
    "\\pL{1000}",
  ],
  ...[
    "(".repeat(2000),
    "a|".repeat(5000),
    "(.*){50}$",
    "(?i)[^\\x00-\\x{10FFFF}]",
    "",
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
  ],
] as const;
const types = ["string", "integer", "number", "boolean", "object", "array", "null", "nope"] as const;

function someSchema(dice: Dice, depth: number): JsonObject {
  const rules = dice.chance(0.1) ? { "x-kubernetes-validations": dice.several(3, () => someRule(dice)) } : {};
  const nullable = dice.chance(0.1) ? { nullable: true } : {};
  const common = { ...rules, ...nullable, ...(dice.chance(0.1) ? { default: someValue(dice, 2) } : {}) };
  switch (depth === 0 ? dice.integer(0, 3) : dice.integer(0, 7)) {
    case 0:
      return {
        type: "string",
        ...(dice.chance(0.5) ? { pattern: dice.pick(hostilePatterns) } : {}),
        maxLength: 1000,
        ...common,
      };
    case 1:
      return { type: "integer", minimum: -5, maximum: 2 ** 31, ...common };
    case 2:
      return { type: dice.pick(["number", "boolean"]), enum: [1, 2.5, true], ...common };
    case 3:
      return dice.pick([
        { "x-kubernetes-int-or-string": true, ...common },
        { type: "string", format: dice.pick(["date-time", "duration", "byte", "ipv4", "uri"]), ...common },
        { "x-kubernetes-preserve-unknown-fields": true },
      ]);
    case 4:
      return {
        type: "array",
        maxItems: dice.pick([3, 100, 100_000]),
        items: someSchema(dice, depth - 1),
        ...(dice.chance(0.3) ? { "x-kubernetes-list-type": dice.pick(["set", "atomic", "map", "nope"]) } : {}),
        ...common,
      };
    case 5:
      return { type: "object", maxProperties: 100, additionalProperties: someSchema(dice, depth - 1), ...common };
    default: {
      const names = dice.several(4, () =>
        dice.pick(["n", "s", "l", "m", "o", "x", "a-b", "if", "__proto__", "constructor"]),
      );
      const properties = Object.fromEntries(names.map((name) => [name, someSchema(dice, depth - 1)]));
      const any = dice.chance(0.1) ? { anyOf: [{ required: ["n"] }, { properties: { s: { pattern: "^a" } } }] } : {};
      return {
        type: "object",
        properties,
        ...any,
        ...(dice.chance(0.3) ? { required: names.slice(0, 1) } : {}),
        ...common,
      };
    }
  }
}

/** Fields that expressions by the grammar ask for. */
const known: JsonObject = {
  n: { type: "integer" },
  s: { type: "string", maxLength: 1000 },
  l: { type: "array", maxItems: 20, items: { type: "integer" } },
  m: { type: "object", maxProperties: 20, additionalProperties: { type: "string", maxLength: 20 } },
  x: { "x-kubernetes-int-or-string": true },
  t: { type: "string", format: "date-time" },
  o: { type: "object", properties: { n: { type: "integer" } } },
};

/** Rules that a server takes, over those fields; some are dear, some fail on what objects hold. */
const soundRules = [
  ...([
    "self.n >= 0",
    "self.s.matches('^(a+)+$')",
    "self.l.all(x, self.l.exists(y, x == y))",
    "self.n >= oldSelf.n",
  ] as const),
  ...([
    "has(self.t) && self.t.getFullYear() > 2000",
    "self.m.all(k, self.m[k].size() < 5)",
    "10 / self.n > 0",
  ] as const),
  ...(["type(self.x) == int || self.x.endsWith('%')", "self.l.map(x, x * x).sum() < 100", "self.l[3] > 0"] as const),
  ...(["self.?o.?n.orValue(0) == 1", "self.s.findAll('a{1,50}').size() < 100", "self == oldSelf || true"] as const),
] as const;

function someRule(dice: Dice): JsonObject {
  const hostile = () => (dice.chance(0.5) ? dice.pick(hostileExpressions) : someExpression(dice, 3));
  const rule = dice.chance(0.85) ? dice.pick(soundRules) : hostile();
  if (dice.chance(0.8)) return { rule };
  return { rule, message: dice.pick(["m", "", "a\nb"]), fieldPath: dice.pick([".n", ".m['a']", "n"]) };
}

/** Names that users' kinds have here; so few that they are made, changed and removed again. */
export const kindNames = ["widgets", "gadgets", "gizmos"] as const satisfies readonly string[];

/** A CRD that a user may bring: sound in most parts, hostile in some. */
export function someDefinition(dice: Dice): JsonValue {
  const plural = dice.pick(kindNames);
  const kind = `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`;
  const rules = dice.several(2, () => someRule(dice));
  const open = dice.chance(0.3) ? { z: someSchema(dice, 3) } : {};
  const spec = { type: "object", properties: { ...known, ...open }, "x-kubernetes-validations": rules };
  const version = {
    name: "v1",
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: {
        type: "object",
        properties: {
          spec,
          status: { type: "object", properties: { a: { type: dice.chance(0.9) ? "string" : dice.pick(types) } } },
        },
      },
    },
    subresources: dice.chance(0.5) ? { status: {} } : {},
    additionalPrinterColumns: dice.several(2, () => ({
      name: "A",
      type: dice.chance(0.95) ? dice.pick(["string", "date", "integer"]) : "nope",
      jsonPath: dice.chance(0.9)
        ? dice.pick([".spec.n", ".spec.l[0]", '.spec.l[?(@.a=="b")].c'])
        : dice.pick(["..", ".spec['a", ""]),
    })),
  };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.fuzz.example.com` },
    spec: {
      group: "fuzz.example.com",
      scope: dice.pick(["Namespaced", "Cluster"]),
      names: { plural, kind, singular: plural.slice(0, -1), listKind: `${kind}List` },
      versions: [version],
    },
  };
  return dice.chance(0.15) ? spoiled(dice, definition) : definition;
}

/** An object of that kind. */
export function someInstance(dice: Dice, plural: string): JsonObject {
  const spec: JsonObject = {
    n: dice.integer(-10, 10),
    s: dice.pick(["", "a", "a".repeat(900), `${"a".repeat(500)}!`, "é😀"]),
    l: dice.several(20, () => dice.integer(0, 5)),
    m: { a: "b", c: "d" },
    x: dice.pick([5, "50%"]),
    t: "2024-01-01T00:00:00Z",
    o: { n: 1 },
    ...(dice.chance(0.3) ? { z: someValue(dice, 3) } : {}),
  };
  const kind = `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`;
  return { apiVersion: "fuzz.example.com/v1", kind, metadata: { name: "a" }, spec };
}
