import { invalidValue } from "../../api/causes.ts";
import { Secret } from "../../api/core-kinds.ts";
import type { Cause } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { ageColumn, columnOf, nameColumn } from "../table-column.ts";
import { builtinKind, byteMap, computedColumn, countAt, textMap } from "./builtin-kind.ts";
import { dataCauses } from "./key-value-data.ts";

export const servedSecret = builtinKind(Secret, {
  columns: [
    nameColumn,
    columnOf({ name: "Type", type: "string", description: "What the data is for.", jsonPath: ".type" }),
    computedColumn("Data", "integer", "How many keys it holds.", (object) => countAt(object, "data")),
    ageColumn,
  ],
  selectableFields: ["type"],
  hooks: {
    complete: withStringData,
    check: (object, old) => [...dataCauses(["data"], object, old), ...typeCauses(object, old)],
  },
  schema: {
    type: "object",
    description: "Data that is kept from those who may not read it.",
    properties: {
      data: byteMap("Base64 by key."),
      stringData: textMap("Text by key; the server encodes it into data, and it is never read back."),
      type: { type: "string", default: "Opaque", description: "What the data is for. Cannot be changed." },
      immutable: { type: "boolean", description: "Whether the data can never be changed again." },
    },
  },
});

/** `stringData`, encoded, wins over `data`. */
function withStringData(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (!isJsonObject(stringData)) return stringData === undefined ? object : rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    // What is not a string stays as it is, so that validation can say so.
    typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value,
  ]);
  const data = isJsonObject(rest.data) ? rest.data : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } };
}

function typeCauses(object: JsonObject, old: JsonObject | undefined): readonly Cause[] {
  if (!old || object.type === old.type) return [];
  return [invalidValue("type", object.type ?? "", "field is immutable")];
}
