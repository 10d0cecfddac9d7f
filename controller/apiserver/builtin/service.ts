import { Service } from "../../api/core-kinds.ts";
import { builtinKind, described, text } from "./builtin-kind.ts";

/** There are none and none can be made: `kubectl cluster-info` asks for those of the control plane, and fails where the kind is unknown. */
export const servedService = builtinKind(Service, {
  shortNames: ["svc"],
  verbs: ["get", "list", "watch"],
  schema: {
    type: "object",
    description: "A name for a set of network endpoints. This server has none; the list is always empty.",
    properties: {
      spec: {
        type: "object",
        description: "What the service is.",
        properties: { type: described("How it is exposed."), clusterIP: text, externalName: text },
      },
    },
  },
});
