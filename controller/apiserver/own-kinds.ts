import { fileURLToPath } from "node:url";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import { readCrds } from "../schema/read-crds.ts";
import { servedKindsFromCrd } from "./extension/crd-kinds.ts";
import type { ServedKind } from "./served-kind.ts";
import { sporeHooks } from "./spore-hooks.ts";

/** Beside `controller/` in a checkout, and beside `dist/` in a package: two folders up from here in both. */
const crdDirectory = fileURLToPath(new URL("../../crds", import.meta.url));

/** The CRDs that this program brings, and honours. */
export function ownCrds(): readonly CustomResourceDefinition[] {
  return readCrds(crdDirectory).map(({ crd }) => crd);
}

/** The kinds of those CRDs. */
export function ownKinds(): readonly ServedKind[] {
  return ownCrds().flatMap((crd) => servedKindsFromCrd(crd, sporeHooks));
}
