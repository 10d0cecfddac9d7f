import { compiledCrd } from "../../schema/compiled-crd.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import { customResourceDefinitionSchema } from "../../schema/custom-resource-definition-schema.ts";
import { crdHooks } from "../extension/crd-hooks.ts";
import type { ServedKind } from "../served-kind.ts";
import { nameColumn } from "../table-column.ts";
import { builtinKind, computedColumn, textAt } from "./builtin-kind.ts";

/** Whoever writes one changes what the server serves: `Definitions` follows. */
export const servedCustomResourceDefinition: ServedKind = {
  ...builtinKind(CustomResourceDefinition, {
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    hasGeneration: true,
    unconditionalUpdate: false,
    hooks: crdHooks,
    subresources: { status: true },
    columns: [
      nameColumn,
      computedColumn("Created At", "date", "When it was created.", (object) =>
        textAt(object, "metadata", "creationTimestamp"),
      ),
    ],
    schema: customResourceDefinitionSchema,
  }),
  compiled: compiledCrd,
};
