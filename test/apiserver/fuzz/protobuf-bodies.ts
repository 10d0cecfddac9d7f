import type { Dice } from "./dice.ts";

/** One field of a message in protobuf's wire format. */
function field(number: number, content: string | Uint8Array | number): Uint8Array {
  if (typeof content === "number") return Buffer.from([...varint(number * 8), ...varint(content)]);
  const bytes = Buffer.from(content);
  return Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

function someMessage(dice: Dice, depth: number): Uint8Array {
  return Buffer.concat(
    dice.several(4, () => {
      const number = dice.pick([1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 99, 2 ** 20]);
      if (depth > 0 && dice.chance(0.5)) return field(number, someMessage(dice, depth - 1));
      return dice.chance(0.3)
        ? field(number, dice.integer(0, 2 ** 40))
        : field(number, dice.pick(["", "a", "default", "\0", "é"]));
    }),
  );
}

const kinds = [
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Namespace"],
  ["v1", "ServiceAccount"],
  ["v1", "Event"],
  ["coordination.k8s.io/v1", "Lease"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["spore.dev/v1alpha1", "Node"],
  ["", ""],
] as const;

/** A body as clients send it for built-in kinds: well-formed in most cases, then garbled in some. */
export function someProtobuf(dice: Dice): Uint8Array {
  const [apiVersion, kind] = dice.pick(kinds);
  const metadata = field(1, Buffer.concat([field(1, dice.pick(["a", "b", "", "A"])), someMessage(dice, 2)]));
  const object = Buffer.concat([...(dice.chance(0.8) ? [metadata] : []), someMessage(dice, 3)]);
  const typeMeta = field(1, Buffer.concat([field(1, apiVersion), field(2, kind)]));
  const whole = Buffer.concat([Buffer.from("k8s\0"), typeMeta, field(2, object), field(3, ""), field(4, "")]);
  if (dice.chance(0.5)) return whole;
  const bytes = Buffer.from(whole);
  for (let count = dice.integer(1, 4); count > 0; count--)
    bytes[dice.integer(0, bytes.length - 1)] = dice.integer(0, 255);
  return dice.chance(0.3) ? bytes.subarray(0, dice.integer(0, bytes.length)) : bytes;
}
