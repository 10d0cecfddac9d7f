import type { Node } from "../../api/node.ts";
import type { LiveDevice } from "../../drivers/live-device.ts";
import { nodeNameOf } from "../../drivers/node-name.ts";

/** The names that a device's Node may have, the plain one first. The second needs a chip id, which tells two of one name apart. */
export function candidateNames({ hostname, chipId }: Pick<LiveDevice, "hostname" | "chipId">): readonly string[] {
  const plain = nodeNameOf(hostname);
  if (plain === "") return [];
  return chipId === undefined ? [plain] : [plain, `${plain}-${chipId.toString(16)}`];
}

/**
 * The name under which a Node must be made for a device that has none; undefined while every name it may have is somebody else's.
 *
 * @param isTaken whether a Node of that name is there.
 */
export function nameForNew(device: Pick<LiveDevice, "hostname" | "chipId">, isTaken: (name: string) => boolean) {
  return candidateNames(device).find((name) => !isTaken(name));
}

/** Who a Node's device is, as far as it is known. */
export interface KnownIdentity {
  readonly hostname?: string | undefined;
  readonly chipId?: number | undefined;
}

/** Whether a Node is the one of that device. A Node that nobody identified yet is, when it pins the device's address. */
export function isNodeOf(node: Node, known: KnownIdentity, device: LiveDevice): boolean {
  if (known.hostname === undefined) {
    return device.address !== undefined && node.spec.address?.split(":")[0] === device.address;
  }
  const sameChip = known.chipId === undefined || device.chipId === undefined || known.chipId === device.chipId;
  return sameChip && known.hostname === device.hostname;
}
