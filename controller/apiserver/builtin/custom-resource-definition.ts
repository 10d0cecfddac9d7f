import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import { customResourceDefinitionSchema } from "../../schema/custom-resource-definition-schema.ts";
import { nameColumn } from "../table-column.ts";
import { builtinKind, computedColumn, textAt } from "./builtin-kind.ts";

/** Read-only: the CRDs that the server was started with. */
export const servedCustomResourceDefinition = builtinKind(CustomResourceDefinition, {
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  verbs: ["get", "list", "watch"],
  subresources: { status: true },
  columns: [
    nameColumn,
    computedColumn("Created At", "string", "When it was created.", (object) =>
      textAt(object, "metadata", "creationTimestamp"),
    ),
  ],
  schema: customResourceDefinitionSchema,
});
