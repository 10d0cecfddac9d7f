import { expect, it } from "vitest";
import { compiled } from "../../../controller/schema/cel/compile.ts";
import { declared } from "../../../controller/schema/cel/declare.ts";
import { worstCost } from "../../../controller/schema/cel/estimate.ts";
import { programOf } from "../../../controller/schema/cel/evaluate.ts";
import { conversion } from "../../../controller/schema/cel/json-values.ts";
import type { JsonSchemaProps } from "../../../controller/schema/schema.ts";
import { hostileExpressions, someExpression } from "../../apiserver/fuzz/cel-texts.ts";
import { Dice } from "../../apiserver/fuzz/dice.ts";
import { isLongRun } from "../../support/long-run.ts";
import { readCases } from "./cases.ts";

const expressions = isLongRun ? 500_000 : 10_000;
const seed = 20261121;
const costMax = 1_000_000;
/** One expression at the limit of what it may cost. */
const cpuMaxMs = 2000;

const schema: JsonSchemaProps = {
  type: "object",
  properties: {
    n: { type: "integer" },
    s: { type: "string", maxLength: 1000 },
    l: { type: "array", maxItems: 1000, items: { type: "integer" } },
    m: { type: "object", maxProperties: 20, additionalProperties: { type: "string", maxLength: 20 } },
    x: { "x-kubernetes-int-or-string": true },
    t: { type: "string", format: "date-time" },
    o: { type: "object", properties: { n: { type: "integer" } } },
  },
};
const object = {
  n: 3,
  s: "é😀".repeat(400),
  l: Array.from({ length: 500 }, (_, index) => index % 7),
  m: { a: "b", c: "d" },
  x: "50%",
  t: "2024-01-01T00:00:00Z",
  o: { n: 1 },
};
const known = readCases().flatMap(([, cases]) =>
  [...JSON.stringify(cases).matchAll(/"rule":"((?:[^"\\]|\\.)*)"/g)].map(([, rule]) => String(JSON.parse(`"${rule}"`))),
);

it(`${expressions} expressions at random are refused or evaluated, within bounds`, { timeout: 3_600_000 }, () => {
  const self = declared(schema, true);
  if (self === undefined) throw new TypeError("the schema is known");
  const variables = new Map([
    ["self", self.type],
    ["oldSelf", self.type],
  ]);
  const value = conversion(schema, true)(object);
  let evaluated = 0;
  for (let index = 0; index < expressions; index++) {
    const dice = new Dice(seed + index);
    const [first = "true", ...rest] = known;
    const text =
      index < hostileExpressions.length
        ? (hostileExpressions[index] ?? "")
        : dice.chance(0.3)
          ? dice.garbled(dice.pick([first, ...rest]))
          : someExpression(dice, 4);
    const began = process.cpuUsage();
    const made = compiled(text, variables);
    if (typeof made !== "string") {
      evaluated++;
      expect(worstCost(made, self), text).toBeGreaterThanOrEqual(0);
      const { cost } = programOf(made, ["self", "oldSelf"]).evaluate([value, value], costMax);
      expect(Number.isFinite(cost) && cost >= 0, text).toBe(true);
    } else expect(made, text).toMatch(/^ERROR: <input>:\d+:\d+: /);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000, `seed ${seed + index}: ${text.slice(0, 200)}`).toBeLessThan(cpuMaxMs);
  }
  expect(evaluated).toBeGreaterThan(expressions / 50);
});
