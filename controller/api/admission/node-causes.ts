import type { Cause } from "../../base/errors.ts";
import { invalidValue } from "../causes.ts";
import { isDnsLabel } from "../names.ts";
import type { Node } from "../node.ts";

/** What is wrong with a Node that is valid by its schema. */
export function nodeCauses({ spec }: Pick<Node, "spec">): readonly Cause[] {
  const { address, owner } = spec;
  return [
    ...(address === undefined || isHostPort(address)
      ? []
      : [
          invalidValue(
            "spec.address",
            address,
            "an IPv4 address is needed, with a port when it is not 80, such as 192.168.1.20:8080",
          ),
        ]),
    ...(owner === undefined || isDnsLabel(owner.namespace)
      ? []
      : [invalidValue("spec.owner.namespace", owner.namespace, "this is not the name of a namespace")]),
  ];
}

function isHostPort(text: string): boolean {
  const [host = "", port = "80"] = text.split(":");
  const parts = host.split(".").map(Number);
  return parts.length === 4 && parts.every((part) => part <= 255) && Number(port) >= 1 && Number(port) <= 65535;
}
