import { ConfigMap } from "../../api/core-kinds.ts";
import { ageColumn, nameColumn } from "../table-column.ts";
import { builtinKind, byteMap, computedColumn, countAt, textMap } from "./builtin-kind.ts";
import { dataCauses } from "./key-value-data.ts";

export const servedConfigMap = builtinKind(ConfigMap, {
  shortNames: ["cm"],
  columns: [
    nameColumn,
    computedColumn("Data", "integer", "How many keys it holds.", (object) => {
      return countAt(object, "data") + countAt(object, "binaryData");
    }),
    ageColumn,
  ],
  hooks: { check: (object, old) => dataCauses(["data", "binaryData"], object, old) },
  schema: {
    type: "object",
    description: "Configuration data for others to use.",
    properties: {
      data: textMap("Text by key."),
      binaryData: byteMap("Base64 by key; keys must differ from those of data."),
      immutable: { type: "boolean", description: "Whether the data can never be changed again." },
    },
  },
});
