import type { KindLookup } from "../../manifests/read-yaml.ts";
import type { ResourceNames } from "../session/resource-names.ts";

/**
 * The kinds that a server has. What this program knows of them, it checks before it asks; of others it knows no more than that they are there.
 *
 * @param known undefined: leave all checking to the server.
 */
export function serverKinds(names: ResourceNames, known: KindLookup | undefined): KindLookup {
  return (apiVersion, name) => {
    const kind = names.kindOf(apiVersion, name);
    return kind && { ...known?.(apiVersion, name), kind };
  };
}
