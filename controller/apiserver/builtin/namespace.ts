import { Namespace } from "../../api/core-kinds.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { allVerbs } from "../served-kind.ts";
import { ageColumn, columnOf, nameColumn } from "../table-column.ts";
import { builtinKind, conditionList, text } from "./builtin-kind.ts";

/** The label by which selectors can name a namespace. */
const nameLabel = "kubernetes.io/metadata.name";

export const servedNamespace = builtinKind(Namespace, {
  shortNames: ["ns"],
  // As in Kubernetes: namespaces are too much to be deleted by the dozen.
  verbs: allVerbs.filter((verb) => verb !== "deletecollection"),
  subresources: { status: true },
  columns: [
    nameColumn,
    columnOf({ name: "Status", type: "string", description: "Active or Terminating.", jsonPath: ".status.phase" }),
    ageColumn,
  ],
  selectableFields: ["status.phase"],
  hooks: { complete: withNameLabel, ending: (object) => ({ ...object, status: { phase: "Terminating" } }) },
  schema: {
    type: "object",
    description: "A space within which names are unique, and to which rights can be given.",
    properties: {
      spec: {
        type: "object",
        description: "What the namespace should be.",
        properties: {
          finalizers: {
            type: "array",
            description: "The namespace is not removed before this list is empty.",
            items: text,
            "x-kubernetes-list-type": "atomic",
          },
        },
      },
      status: {
        type: "object",
        description: "What the namespace is.",
        default: {},
        properties: {
          phase: {
            type: "string",
            enum: ["Active", "Terminating"],
            default: "Active",
            description: "Terminating once deletion was requested; nothing can be created in it then.",
          },
          conditions: conditionList("What holds up the deletion."),
        },
      },
    },
  },
});

function withNameLabel(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const labels = isJsonObject(metadata.labels) ? metadata.labels : {};
  const { name } = metadata;
  if (typeof name !== "string" || labels[nameLabel] === name) return object;
  return { ...object, metadata: { ...metadata, labels: { ...labels, [nameLabel]: name } } };
}
