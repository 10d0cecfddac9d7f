import { fileURLToPath } from "node:url";
import { builtinKinds } from "../../controller/apiserver/builtin/kinds.ts";
import { servedKindsFromCrd } from "../../controller/apiserver/extension/crd-kinds.ts";
import type { ServedKind } from "../../controller/apiserver/served-kind.ts";
import { sporeHooks } from "../../controller/apiserver/spore-hooks.ts";
import { readCrds } from "../../controller/schema/read-crds.ts";

const crds = readCrds(fileURLToPath(new URL("../../crds", import.meta.url)));

/** What spored serves: the built-in kinds and those of `crds/`. */
export const sporeKinds: readonly ServedKind[] = [
  ...builtinKinds,
  ...crds.flatMap(({ crd }) => servedKindsFromCrd(crd, sporeHooks)),
];

/** One of them. */
export function sporeKind(kind: string, group = "spore.dev"): ServedKind {
  const found = sporeKinds.find((served) => served.kind.kind === kind && served.kind.group === group);
  if (!found) throw new TypeError(`no kind ${kind}`);
  return found;
}
