import { forbiddenValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { schemaDepthMax } from "./compiled-schema.ts";

/** Code is generated for every node when the first object of the kind is written, and nothing else happens meanwhile. */
const nodesMax = 10_000;
/** Each is compiled to a machine of its own. The same pattern at many places counts once. */
const patternsMax = 500;
/** The generated code nests by one level for each property of an object, and goes on inside of the last. */
const propertiesOnAPathMax = 600;

/** Why `schema` is too large to be served without holding up everybody else. Looks at nothing but its extent, so it goes first. */
export function sizeCauses(schema: JsonObject, path: string): readonly Cause[] {
  const measure = new Measure();
  const onAPath = measure.widthOf(schema, schemaDepthMax);
  const { nodes, patterns } = measure;
  return [
    ...tooMany(nodes, nodesMax, "fields and items, alternatives among them", path),
    ...tooMany(patterns.size, patternsMax, "different patterns", path),
    ...tooMany(onAPath, propertiesOnAPathMax, "properties on the way to one of them, siblings included", path),
  ];
}

function tooMany(count: number, max: number, what: string, path: string): readonly Cause[] {
  return count <= max
    ? []
    : [forbiddenValue(path, `the schema has more than ${max} ${what}; divide it into several kinds`)];
}

class Measure {
  nodes = 0;
  readonly patterns = new Set<JsonValue>();

  /** The most properties that come before one of them, on each level down to it. Gives up where the answer is no longer asked for. */
  widthOf(node: JsonValue | undefined, levelsLeft: number): number {
    if (!isJsonObject(node) || levelsLeft < 0 || this.nodes > nodesMax || this.patterns.size > patternsMax) return 0;
    this.nodes += 1;
    const { pattern, properties, items, additionalProperties, not, allOf, anyOf, oneOf } = node;
    if (pattern !== undefined) this.patterns.add(pattern);
    let widest = 0;
    const members = isJsonObject(properties) ? Object.values(properties) : [];
    members.forEach((member, index) => {
      widest = Math.max(widest, index + 1 + this.widthOf(member, levelsLeft - 1));
    });
    for (const inner of [items, additionalProperties, not, ...[allOf, anyOf, oneOf].flatMap((list) => list ?? [])]) {
      widest = Math.max(widest, this.widthOf(inner, levelsLeft - 1));
    }
    return widest;
  }
}
