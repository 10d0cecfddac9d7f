import { Lease } from "../../api/core-kinds.ts";
import { ageColumn, columnOf, nameColumn } from "../table-column.ts";
import { builtinKind, described, instant } from "./builtin-kind.ts";

export const servedLease = builtinKind(Lease, {
  columns: [
    nameColumn,
    columnOf({ name: "Holder", type: "string", description: "Who holds it.", jsonPath: ".spec.holderIdentity" }),
    ageColumn,
  ],
  schema: {
    type: "object",
    description: "Says who leads, until when.",
    properties: {
      spec: {
        type: "object",
        description: "The lease.",
        properties: {
          holderIdentity: described("Who holds it; empty when nobody does."),
          leaseDurationSeconds: {
            type: "integer",
            format: "int32",
            minimum: 1,
            description: "How long after renewTime others must wait before they take it.",
          },
          acquireTime: instant("When the holder took it."),
          renewTime: instant("When the holder last renewed it."),
          leaseTransitions: {
            type: "integer",
            format: "int32",
            minimum: 0,
            description: "How often it changed hands.",
          },
          strategy: described("How holders are chosen in a coordinated election."),
          preferredHolder: described("Who should get it next in a coordinated election."),
        },
      },
    },
  },
});
