import type { JsonSchemaProps } from "./schema.ts";

const text: JsonSchemaProps = { type: "string" };

const names: JsonSchemaProps = {
  type: "object",
  required: ["kind", "plural"],
  description: "How the kind is called.",
  properties: {
    kind: { ...text, description: "The kind, CamelCase and in the singular." },
    plural: { ...text, description: "The plural in lower case, as it stands in URLs." },
    singular: { ...text, description: "The singular in lower case. Default: the kind." },
    listKind: { ...text, description: "The kind of lists. Default: the kind and List." },
    shortNames: { type: "array", items: text, description: "Short names for the command line." },
    categories: {
      type: "array",
      items: text,
      description: "Groups of kinds that can be listed together, such as all.",
    },
  },
};

const printerColumn: JsonSchemaProps = {
  type: "object",
  required: ["name", "type", "jsonPath"],
  properties: {
    name: { ...text, description: "The heading." },
    type: { ...text, description: "integer, number, string, boolean or date." },
    format: { ...text, description: "Says more about the type, such as name." },
    description: { ...text, description: "What the column shows." },
    priority: { type: "integer", format: "int32", description: "Above 0: shown with -o wide only." },
    jsonPath: { ...text, description: "Where the value is, such as .status.phase." },
  },
};

const version: JsonSchemaProps = {
  type: "object",
  required: ["name", "served", "storage"],
  properties: {
    name: { ...text, description: "The version, such as v1alpha1." },
    served: { type: "boolean", description: "Whether the version can be asked for." },
    storage: { type: "boolean", description: "Whether objects are stored in this version; true for exactly one." },
    deprecated: { type: "boolean", description: "Whether requests for this version are answered with a warning." },
    deprecationWarning: { ...text, description: "The text of that warning." },
    schema: {
      type: "object",
      description: "What objects of this version look like.",
      properties: {
        openAPIV3Schema: {
          type: "object",
          description: "A structural schema, OpenAPI v3.0.",
          "x-kubernetes-preserve-unknown-fields": true,
        },
      },
    },
    subresources: {
      type: "object",
      description: "The subresources that objects have.",
      properties: {
        status: {
          type: "object",
          description: "Present: status is written at a URL of its own.",
          "x-kubernetes-preserve-unknown-fields": true,
        },
        scale: {
          type: "object",
          required: ["specReplicasPath", "statusReplicasPath"],
          description: "Present: objects can be scaled.",
          properties: {
            specReplicasPath: { ...text, description: "The wanted number, below .spec." },
            statusReplicasPath: { ...text, description: "The actual number, below .status." },
            labelSelectorPath: { ...text, description: "The selector of what is counted." },
          },
        },
      },
    },
    additionalPrinterColumns: { type: "array", items: printerColumn, description: "The columns of kubectl get." },
    selectableFields: {
      type: "array",
      description: "Fields that field selectors may use.",
      items: {
        type: "object",
        required: ["jsonPath"],
        properties: { jsonPath: { ...text, description: "The field, such as .spec.family." } },
      },
    },
  },
};

const condition: JsonSchemaProps = {
  type: "object",
  required: ["type", "status"],
  properties: {
    type: { ...text, description: "Established, NamesAccepted or Terminating." },
    status: { ...text, description: "True, False or Unknown." },
    lastTransitionTime: { type: "string", format: "date-time", description: "When the status last changed." },
    reason: { ...text, description: "A CamelCase word for programs." },
    message: { ...text, description: "A sentence for people." },
  },
};

/** The schema of CustomResourceDefinitions themselves. What a schema in one may hold is checked by `structuralCauses`. */
export const customResourceDefinitionSchema: JsonSchemaProps = {
  type: "object",
  description: "Says that a kind exists, and what its objects look like.",
  required: ["spec"],
  properties: {
    spec: {
      type: "object",
      required: ["group", "names", "scope", "versions"],
      description: "The kind.",
      properties: {
        group: { ...text, description: "The API group." },
        scope: { ...text, description: "Cluster, or Namespaced: whether objects lie in a namespace." },
        names,
        versions: { type: "array", items: version, description: "The versions of the kind." },
        conversion: {
          type: "object",
          description: "How objects are converted between versions.",
          default: { strategy: "None" },
          properties: {
            strategy: { ...text, description: "None: versions differ in their name only." },
            webhook: {
              type: "object",
              description: "Not used by this server.",
              "x-kubernetes-preserve-unknown-fields": true,
            },
          },
        },
        preserveUnknownFields: { type: "boolean", description: "Not used any more; must be false." },
      },
    },
    status: {
      type: "object",
      description: "What became of it.",
      properties: {
        acceptedNames: { ...names, required: [], description: "The names that are in use." },
        storedVersions: { type: "array", items: text, description: "Versions that stored objects may have." },
        conditions: {
          type: "array",
          description: "Established: the kind is served.",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["type"],
          items: condition,
        },
      },
    },
  },
};
