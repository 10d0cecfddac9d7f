import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lazily } from "../base/lazily.ts";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import { readCrds } from "../schema/read-crds.ts";
import { servedKindsFromCrd } from "./extension/crd-kinds.ts";
import type { ServedKind } from "./served-kind.ts";
import { sporeHooks } from "./spore-hooks.ts";

/** Beside `controller/` in a checkout, and beside `dist/` in a package: two folders up from here in both. */
const crdDirectory = fileURLToPath(new URL("../../crds", import.meta.url));
const packageFile = new URL("../../package.json", import.meta.url);

/** The CRDs that this program brings, and honours. */
export const ownCrds: () => readonly CustomResourceDefinition[] = lazily(() =>
  readCrds(crdDirectory).map(({ crd }) => crd),
);

/** The version of this program, as its package says it. */
export function ownRelease(): string {
  const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(packageFile, "utf8"));
  return typeof version === "string" ? version : "0.0.0";
}

/** The kinds of those CRDs. */
export function ownKinds(): readonly ServedKind[] {
  return ownCrds().flatMap((crd) => servedKindsFromCrd(crd, sporeHooks));
}
