import { describe, expect, it } from "vitest";
import { compiled } from "../../../controller/schema/cel/compile.ts";
import { declared } from "../../../controller/schema/cel/declare.ts";
import { programOf } from "../../../controller/schema/cel/evaluate.ts";
import { conversion } from "../../../controller/schema/cel/json-values.ts";
import { costExceeded } from "../../../controller/schema/cel/run.ts";
import { Fault, type Value } from "../../../controller/schema/cel/values.ts";
import type { JsonSchemaProps } from "../../../controller/schema/schema.ts";

const schema: JsonSchemaProps = {
  type: "object",
  properties: {
    count: { type: "integer" },
    name: { type: "string" },
    names: { type: "array", items: { type: "string" } },
    sizes: { type: "object", additionalProperties: { type: "integer" } },
    share: { "x-kubernetes-int-or-string": true },
    big: { type: "string" },
  },
};
const object = { count: 2, name: "abc", names: ["x", "y"], sizes: { k: 1 }, share: "5%", big: "b".repeat(100_000) };
const costMax = 1_000_000;

function evaluate(text: string): { readonly value: Value; readonly cost: number } {
  const self = declared(schema, false);
  const made = self && compiled(text, new Map([["self", self.type]]));
  if (made === undefined || typeof made === "string") return { value: new Fault(made ?? ""), cost: 0 };
  return programOf(made, ["self"]).evaluate([conversion(schema, false)(object)], costMax);
}

describe("an expression", () => {
  it.each([
    "self.count + 1 == 3",
    "self.names.map(x, x + 'q') == ['xq', 'yq']",
    "self.names.filter(x, x == 'x') == ['x']",
    "[1, 2, 3].exists_one(x, x == 2) && ![1, 2, 2].exists_one(x, x == 2)",
    "self.names.transformList(i, v, string(i) + v) == ['0x', '1y']",
    "self.sizes.transformMap(k, v, v + 1) == {'k': 2}",
    "[[1]].map(x, x.map(y, y + 1)) == [[2]]",
    "type(self.share) == string && self.share.endsWith('%')",
    "1 / 0 == 1 || true",
    "!(1 / 0 == 1 && false)",
    "self.?name.optMap(v, v + v).orValue('none') == 'abcabc'",
    "self.?big.hasValue() && !optional.none().hasValue()",
    "ip('::1').isLoopback() && ip('2001:db8::1').family() == 6 && !isIP('1.2.3.4.5')",
    "string(ip('2001:0db8:0:0:0:0:0:1')) == '2001:db8::1' && !ip.isCanonical('2001:0db8::1')",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
    "quantity('1.5Gi').isGreaterThan(quantity('1G')) && quantity('1000m').asInteger() == 1",
    "semver('1.10.0').isGreaterThan(semver('1.9.9')) && semver('v1.2', true).minor() == 2",
    "url('https://a.b:80/c?d=e&d=f').getQuery()['d'] == ['e', 'f'] && url('https://[::1]:80/').getHostname() == '::1'",
    "!format.dns1123Label().validate('a-b').hasValue() && format.dns1123Label().validate('A_').hasValue()",
    "'%s is %d, %.2f, %x'.format([dyn('a'), dyn(5), dyn(1.5), dyn(255)]) == 'a is 5, 1.50, ff'",
    "duration('90m') > duration('1h') && timestamp('2024-01-31T00:00:00Z').getMonth() == 0",
    "timestamp('2024-03-31T01:30:00Z').getHours('Europe/Berlin') == 3",
    "timestamp('2024-01-01T00:00:00Z') + duration('1.5s') == timestamp('2024-01-01T00:00:01.5Z')",
    "'tacocat'.substring(4) == 'cat' && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'ab'.replace('', '-') == '-a-b-'",
    "' \\t a b\\n'.trim() == 'a b' && 'Grüße'.upperAscii() == 'GRüßE' && 'x😀y'.size() == 3 && 'x😀y'.indexOf('y') == 2",
    "'abc'.find('[b-c]+') == 'bc' && 'a1b22'.findAll('[0-9]+') == ['1', '22']",
    "[1, 2, 3].sum() == 6 && [1, 2].isSorted() && [3, 1].min() == 1 && [1, 2, 1].lastIndexOf(1) == 2",
    "sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])",
    "dyn(1) == 1.0 && dyn(1u) == 1 && 1 < 1.5 && dyn('a') != dyn(1) && 'b' in {'b': 1} && 1 in [2, 1]",
    "string(1000000.0) == '1e+06' || string(1000000.0) == '1000000'",
    "b'abc' + b'd' == b'abcd' && bytes('é').size() == 2 && string(b'\\xc3\\xa9') == 'é'",
    "'\\u00e9\\x41\\101' == 'éAA' && r'\\d' == '\\\\d' && '''a'b''' == \"a'b\"",
    "0x1F == 31 && -9223372036854775808 < 0 && 1.5e3 == 1500.0",
    "strings.quote('a\"b\\n') == '\"a\\\\\"b\\\\n\"'",
  ])("holds: %s", (text) => {
    expect(evaluate(text).value).toBe(true);
  });

  it.each([
    ["self.names[5]", "index out of bounds: 5"],
    ["self.sizes['q']", "no such key: q"],
    ["9223372036854775807 + 1", "integer overflow"],
    ["-(-9223372036854775808)", "integer overflow"],
    ["1 % 0", "modulus by zero"],
    ["dyn(1) + 'a'", "no such overload"],
    ["int('x')", "type conversion error from 'string' to 'int'"],
    ["optional.none().value()", "optional.none() dereference"],
    ["'a'.charAt(2)", "index out of range: 2"],
    ["{'a': 1}.transformMapEntry(k, v, {'x': v}) == {'y': 1} ? 1 / 0 : {'x': 1}.y", "no such key: y"],
    ["duration('1' + 'x')", 'time: invalid duration "1x"'],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1h')", "timestamp overflow"],
    ["self.big.replace('', self.big) == ''", "the text would be longer than 16777216 characters"],
  ])("fails: %s", (text, message) => {
    expect(evaluate(text).value).toEqual(new Fault(message));
  });

  it.each([
    "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(a, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(b, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(c, self.big.contains(self.big))))",
    "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(a, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(b, self.big.split(''))).size() > 0",
    // Upstream counts these as 1 each; they walk over the text all the same.
    `${"[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(a, ".repeat(4)}self.big.size() > 0 && self.big.charAt(0) == 'b'${")".repeat(4)}`,
  ])("ends when it costs too much: %s", (text) => {
    const { value, cost } = evaluate(text);
    expect(value).toBe(costExceeded);
    expect(cost).toBeGreaterThan(costMax);
  });

  it("costs what upstream counts", () => {
    const costs = [
      "self.count + 1 == 3",
      "self.names.all(x, x.size() < 3)",
      "self.name.startsWith('ab')",
      "[1, 2] == [1, 2]",
    ];
    expect(costs.map((text) => evaluate(text).cost)).toEqual([4, 15, 3, 21]);
  });
});
