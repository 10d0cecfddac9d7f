import type { JsonObject } from "../../../controller/base/json.ts";

/** A field of a user's kind, and what a user writes into it, as JSON text: numbers beyond 2^53 are part of the question. */
export interface ValueCase {
  readonly title: string;
  readonly schema: JsonObject;
  readonly given: string;
}

const text = { type: "string" };
const port = { type: "object", properties: { name: text, protocol: { type: "string", default: "TCP" } } };
const intOrString = { "x-kubernetes-int-or-string": true };

function written(title: string, schema: JsonObject, ...given: readonly string[]): readonly ValueCase[] {
  return given.map((one) => ({ title: `${title} given ${one}`, schema, given: one }));
}

/** What a kube-apiserver makes of them lies in `golden/stored-values.json`, by title. */
export const valueCases: readonly ValueCase[] = [
  ...written("a string", text, "null", '""', "1", "true", "[]", "{}"),
  ...written("a nullable string", { ...text, nullable: true }, "null", '"a"', "1"),
  ...written("a string with a default", { ...text, default: "d" }, "null", '""', '"a"'),
  ...written("a nullable string with a default", { ...text, nullable: true, default: "d" }, "null", '"a"'),
  ...written("a string of an enum", { ...text, enum: ["a", "b"] }, '"a"', '"c"', "null"),
  ...written("a nullable string of an enum", { ...text, nullable: true, enum: ["a"] }, "null", '"c"'),
  ...written("an empty enum", { ...text, enum: [] }, '"a"'),
  ...written("a short string", { ...text, maxLength: 2 }, '"éé"', '"ééé"', '"😀😀"'),
  ...written("a long string", { ...text, minLength: 2 }, '"é"', '"😀"', '""'),
  ...written("a pattern", { ...text, pattern: "^a+$" }, '"aa"', '"b"', '"aa\\n"'),
  ...written("a pattern without anchors", { ...text, pattern: "a" }, '"bab"', '"b"'),
  ...written("an integer", { type: "integer" }, "1", "1.0", "1.5", "1e2", '"1"', "-0", "9007199254740991"),
  ...written("a small integer", { type: "integer", format: "int32" }, "2147483647", "2147483648"),
  ...written("a number", { type: "number" }, "1", "1.0", "1.5", "1e-7", "1e21", '"1"'),
  ...written(
    "a bounded number",
    { type: "number", minimum: 1, exclusiveMinimum: true, maximum: 2 },
    "1",
    "1.5",
    "2",
    "2.1",
  ),
  ...written("a multiple", { type: "integer", multipleOf: 3 }, "6", "7"),
  ...written("a boolean", { type: "boolean" }, "true", '"true"', "0", "null"),
  ...written("int-or-string", intOrString, "1", '"50%"', "1.5", "true", "null", "[]"),
  ...written("int-or-string with anyOf", { ...intOrString, anyOf: [{ type: "integer" }, text] }, "1", '"x"', "1.5"),
  ...written("int-or-string with a pattern", { ...intOrString, pattern: "^\\d+%$" }, "1", '"5%"', '"x"'),
  ...written("a list", { type: "array", items: text }, "[]", "null", '["a",null]', '["a",1]', '"a"'),
  ...written("a list of nullable strings", { type: "array", items: { ...text, nullable: true } }, '["a",null]'),
  ...written("a list with defaulted items", { type: "array", items: { ...text, default: "d" } }, '["a",null]'),
  ...written(
    "a bounded list",
    { type: "array", items: text, minItems: 1, maxItems: 2 },
    "[]",
    '["a"]',
    '["a","b","c"]',
  ),
  ...written(
    "a list of objects",
    { type: "array", items: port },
    "[{}]",
    '[{"name":"a","x":1}]',
    "[null]",
    '[{"protocol":null}]',
  ),
  ...written("a set", { type: "array", items: text, "x-kubernetes-list-type": "set" }, '["a","b"]', '["a","a"]'),
  ...written(
    "a map list",
    {
      type: "array",
      items: { ...port, required: ["name"] },
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    },
    '[{"name":"a"},{"name":"b"}]',
    '[{"name":"a"},{"name":"a","protocol":"UDP"}]',
    '[{"protocol":"UDP"}]',
  ),
  ...written("an object", port, "{}", "null", '{"name":null}', '{"protocol":null}', '{"x":1}', "[]"),
  ...written("an object with a default", { ...port, default: {} }, "null", "{}"),
  ...written("a map", { type: "object", additionalProperties: text }, '{"a":"b"}', '{"a":null}', '{"a":1}', "{}"),
  ...written(
    "a map with defaulted values",
    { type: "object", additionalProperties: { ...text, default: "d" } },
    '{"a":null}',
  ),
  ...written("a map of anything", { type: "object", additionalProperties: true }, '{"a":{"b":[null,1.5]}}'),
  ...written("a map of nothing", { type: "object", additionalProperties: false }, '{"a":1}', "{}"),
  ...written(
    "a bounded map",
    { type: "object", additionalProperties: text, minProperties: 1, maxProperties: 1 },
    "{}",
    '{"a":"b","c":"d"}',
  ),
  ...written(
    "anything",
    { "x-kubernetes-preserve-unknown-fields": true },
    '{"a":[1,null,{"b":null}]}',
    "1",
    '"a"',
    "null",
    "1.0",
  ),
  ...written(
    "an object with more",
    { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { known: port } },
    '{"known":{"x":1},"other":{"x":1}}',
    '{"known":null,"other":null}',
  ),
  ...written(
    "an embedded resource",
    { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
    '{"apiVersion":"v1","kind":"A","metadata":{"name":"a","foo":1},"spec":{"b":1}}',
    '{"kind":"A"}',
    '{"apiVersion":"v1","kind":"A","metadata":{"labels":{"-":"x"}}}',
  ),
  ...written("a date-time", { ...text, format: "date-time" }, '"2026-01-01T00:00:00Z"', '"2026-01-01"', '"yesterday"'),
  ...written("a duration", { ...text, format: "duration" }, '"90s"', '"1 day"', '"x"'),
  ...written("an address", { ...text, format: "ipv4" }, '"10.0.0.1"', '"10.0.0.256"'),
  ...written("bytes", { ...text, format: "byte" }, '"YQ=="', '"?"'),
  ...written(
    "one of two",
    { type: "object", properties: { a: text, b: text }, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    '{"a":"x"}',
    '{"a":"x","b":"y"}',
    "{}",
  ),
  ...written("not that", { ...text, not: { enum: ["a"] } }, '"a"', '"b"'),
];
