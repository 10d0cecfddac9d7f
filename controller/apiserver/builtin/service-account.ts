import { ServiceAccount } from "../../api/identity-kinds.ts";
import { ageColumn, nameColumn } from "../table-column.ts";
import { builtinKind, computedColumn, described } from "./builtin-kind.ts";
import { servedTokenRequest } from "./token-request.ts";

export const servedServiceAccount = builtinKind(ServiceAccount, {
  shortNames: ["sa"],
  actions: new Map([["token", servedTokenRequest]]),
  columns: [
    nameColumn,
    computedColumn("Secrets", "string", "How many secrets it may use.", ({ secrets }) =>
      Array.isArray(secrets) ? secrets.length : 0,
    ),
    ageColumn,
  ],
  schema: {
    type: "object",
    description: "An identity for a program. It gets in with tokens, and may do what roles allow it.",
    properties: {
      secrets: {
        type: "array",
        description: "Secrets that programs under this identity may use.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "x-kubernetes-patch-strategy": "merge",
        "x-kubernetes-patch-merge-key": "name",
        items: {
          type: "object",
          description: "Points at a Secret.",
          "x-kubernetes-map-type": "atomic",
          properties: {
            apiVersion: described("API version of the object."),
            kind: described("Kind of the object."),
            namespace: described("Namespace of the object."),
            name: described("Name of the object."),
            uid: described("UID of the object."),
            resourceVersion: described("The version of the object that was meant."),
            fieldPath: described("The part of the object that is meant."),
          },
        },
      },
      imagePullSecrets: {
        type: "array",
        description: "Kept for Kubernetes' tools; SPORE pulls no images.",
        "x-kubernetes-list-type": "atomic",
        items: {
          type: "object",
          description: "Points at a Secret.",
          "x-kubernetes-map-type": "atomic",
          properties: { name: described("Its name.") },
        },
      },
      automountServiceAccountToken: {
        type: "boolean",
        description: "Kept for Kubernetes' tools; SPORE mounts no tokens.",
      },
    },
  },
});
