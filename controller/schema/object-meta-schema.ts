import type { JsonSchemaProps } from "./schema.ts";

const text: JsonSchemaProps = { type: "string" };
/** A null value counts as the empty string, as it does when Go decodes into a map of strings. */
const textMap: JsonSchemaProps = { type: "object", additionalProperties: { type: "string", default: "" } };
const instant: JsonSchemaProps = { type: "string", format: "date-time" };

/** `metadata` of every object (`io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`). */
export const objectMetaSchema: JsonSchemaProps = {
  type: "object",
  description: "Metadata that every object has.",
  properties: {
    name: { ...text, description: "Unique among the objects of a kind in a namespace. Cannot be changed." },
    generateName: { ...text, description: "A prefix; the server appends five random characters when name is empty." },
    namespace: { ...text, description: "The space within which the name is unique. Absent for cluster-scoped kinds." },
    selfLink: { ...text, description: "Not used any more." },
    uid: { ...text, description: "Set by the server; never used twice." },
    resourceVersion: { ...text, description: "Set by the server; differs after every change." },
    generation: {
      type: "integer",
      format: "int64",
      description: "Set by the server; grows whenever the desired state changes.",
    },
    creationTimestamp: { ...instant, description: "Set by the server." },
    deletionTimestamp: { ...instant, description: "Set by the server when deletion was requested." },
    deletionGracePeriodSeconds: { type: "integer", format: "int64", description: "Set by the server." },
    labels: { ...textMap, description: "Short values to select objects by." },
    annotations: { ...textMap, description: "Values that tools keep with the object; they cannot be selected by." },
    finalizers: {
      type: "array",
      description: "The object is not removed before this list is empty.",
      items: text,
      "x-kubernetes-list-type": "set",
      "x-kubernetes-patch-strategy": "merge",
    },
    ownerReferences: {
      type: "array",
      description: "Objects that this one depends on; it is removed when all of them are gone.",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "uid",
      items: {
        type: "object",
        required: ["apiVersion", "kind", "name", "uid"],
        "x-kubernetes-map-type": "atomic",
        properties: {
          apiVersion: { ...text, description: "API version of the owner." },
          kind: { ...text, description: "Kind of the owner." },
          name: { ...text, description: "Name of the owner." },
          uid: { ...text, description: "UID of the owner." },
          controller: { type: "boolean", description: "Whether the owner is the managing controller." },
          blockOwnerDeletion: {
            type: "boolean",
            description: "Whether foreground deletion of the owner waits for this object.",
          },
        },
      },
    },
    managedFields: {
      type: "array",
      description: "Kept by the server: who set which field.",
      "x-kubernetes-list-type": "atomic",
      items: {
        type: "object",
        properties: {
          manager: text,
          operation: text,
          apiVersion: text,
          time: instant,
          fieldsType: text,
          fieldsV1: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          subresource: text,
        },
      },
    },
  },
};

/** What every object has beside the fields of its kind. */
export const typeMetaProperties = {
  apiVersion: { type: "string", description: "The API group and version that define the kind." },
  kind: { type: "string", description: "The kind of the object." },
} as const satisfies Record<string, JsonSchemaProps>;
