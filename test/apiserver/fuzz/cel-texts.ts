import type { Dice } from "./dice.ts";

const terms: readonly [string, ...string[]] = [
  ...([
    "self",
    "oldSelf",
    "self.n",
    "self.s",
    "self.l",
    "self.m",
    "self.x",
    "self.t",
    "self.o",
    "x",
    "y",
    "k",
  ] as const),
  ...["1", "0", "-1", "9223372036854775807", "-9223372036854775808", "1u", "1.5", "1e308", "true", "false", "null"],
  ...["'a'", '"\\u00e9"', "r'\\d+'", "b'\\xff'", "[]", "{}", "[1, 2]", "{'a': 1}", "int", "type", "optional.none()"],
  ...["'(a+)+$'", "'((a{100}){100}){100}'", "'['", "duration('1h')", "timestamp('2024-01-01T00:00:00Z')"],
  ...["quantity('1Gi')", "ip('1.2.3.4')", "cidr('10.0.0.0/8')", "semver('1.2.3')", "url('http://a/b')"],
];
const operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"] as const;
const methods: readonly [string, ...string[]] = [
  ...(["size", "startsWith", "contains", "matches", "find", "findAll", "split", "join", "replace", "trim"] as const),
  ...["substring", "charAt", "indexOf", "lowerAscii", "format", "sum", "min", "isSorted", "getHours", "containsIP"],
  ...["add", "isGreaterThan", "value", "hasValue", "orValue", "or", "validate", "nope", "unwrapOpt", "first"],
];
const functions = [
  "size",
  "int",
  "string",
  "double",
  "type",
  "dyn",
  "duration",
  "timestamp",
  "quantity",
  "ip",
  "sets.contains",
  "has",
  "optional.of",
  "nope",
] as const;
const macros = ["all", "exists", "exists_one", "map", "filter", "transformList", "transformMap", "optMap"] as const;

/** An expression by the grammar; it need not make sense. */
export function someExpression(dice: Dice, depth = 4): string {
  if (depth === 0 || dice.chance(0.2)) return dice.pick(terms);
  const inner = () => someExpression(dice, depth - 1);
  switch (dice.integer(0, 9)) {
    case 0:
    case 1:
      return `${inner()} ${dice.pick(operators)} ${inner()}`;
    case 2:
      return `(${inner()})`;
    case 3:
      return `${dice.pick(["!", "-", "!!"])}${inner()}`;
    case 4:
      return `${inner()}.${dice.pick(methods)}(${dice.several(2, inner).join(", ")})`;
    case 5:
      return `${dice.pick(functions)}(${dice.several(2, inner).join(", ")})`;
    case 6: {
      const variables = dice.pick(["x", "x, y", "k, x", "x.y"]);
      return `${inner()}.${dice.pick(macros)}(${variables}, ${inner()})`;
    }
    case 7:
      return `${inner()} ? ${inner()} : ${inner()}`;
    case 8:
      return `${inner()}${dice.pick([".", ".?"])}${dice.pick(["n", "s", "l", "m", "o", "q"])}`;
    default:
      return dice.pick([
        `${inner()}[${inner()}]`,
        `${inner()}[?${inner()}]`,
        `[${inner()}, ${inner()}]`,
        `{${inner()}: ${inner()}}`,
      ]);
  }
}

/** Expressions that were written to hurt. */
export const hostileExpressions: readonly [string, ...string[]] = [
  ...([
    "(".repeat(5000),
    "!".repeat(20_000),
    `${"-".repeat(9999)}1`,
    "self".repeat(3000),
    `[${"[".repeat(3000)}`,
  ] as const),
  `true${" && true".repeat(3000)}`,
  `1${" + 1".repeat(2000)} > 0`,
  `1${" + 1".repeat(200)} > 0`,
  `${"size(string(".repeat(70)}1${"))".repeat(70)} > 0`,
  `${"self.l.exists_one(x, ".repeat(70)}true${")".repeat(70)}`,
  `${"self.l.filter(x, ".repeat(70)}true${")".repeat(70)}.size() > 0`,
  `${"self.m.transformMap(k, v, ".repeat(40)}1${")".repeat(40)}.size() > 0`,
  `${"true ? ".repeat(120)}true${" : false".repeat(120)}`,
  `${"[".repeat(120)}1${"]".repeat(120)} == []`,
  `${"{1: ".repeat(120)}1${"}".repeat(120)} == {}`,
  `${"optional.of(".repeat(100)}1${")".repeat(100)}${".value()".repeat(100)} == 1`,
  `self.s${".trim()".repeat(200)} == ''`,
  `dyn(${"dyn(".repeat(100)}self.l${")".repeat(100)}).all(x, x > 0)`,
  `self${".?o".repeat(240)}.hasValue()`,
  `self.?o${".optMap(x, x)".repeat(60)}.hasValue()`,
  `self.l${".map(x, x)".repeat(100)}.size() > 0`,
  `${"self.l.all(x, ".repeat(12)}true${")".repeat(12)}`,
  `${"[1,2,3,4,5,6,7,8,9,0].all(x, ".repeat(9)}true${")".repeat(9)}`,
  "self.s.matches('(a?){500}(a?){500}a{500}')",
  "self.s.replace('', self.s).replace('', self.s).size() >= 0",
  "[self.s, self.s].join(self.s).split('').size() >= 0",
  "'%s%s%s'.format([self.l, self.m, self.l]).size() >= 0",
  "self == oldSelf || self.l == oldSelf.l",
  "'\\u0000\\U0010FFFF' != ''",
  "timestamp('9999-12-31T23:59:59Z') + duration('9000000h') > timestamp(0)",
];
