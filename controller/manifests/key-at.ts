import { isMap, isNode, isSeq, type ParsedNode } from "yaml";

/** The path to the key that begins at `offset` of the text; undefined where no key begins there. */
export function keyAt(node: ParsedNode | null, offset: number): readonly (string | number)[] | undefined {
  const members: readonly (readonly [string | number, ParsedNode | null])[] = isMap(node)
    ? node.items.map(({ key, value }) => [String(key), value])
    : isSeq(node)
      ? node.items.map((item, index) => [index, isNode(item) ? item : null])
      : [];
  const own = isMap(node) ? node.items.find(({ key }) => key.range[0] === offset) : undefined;
  if (own) return [String(own.key)];
  for (const [name, member] of members) {
    const below = keyAt(member, offset);
    if (below) return [name, ...below];
  }
  return undefined;
}
