import { type Kind, resourceName } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";

/** How kubectl names what it deleted: `node.spore.dev "esp-a1b2c3"`. */
export function deletedName({ group, kind }: Pick<Kind, "group" | "kind">, { metadata }: Resource): string {
  return `${resourceName({ group, plural: kind.toLowerCase() })} "${metadata.name}"`;
}
