import { SporeError } from "../../base/errors.ts";

/** Who a simulated board is. */
export interface Board {
  /** IPv4, inside 127.0.0.0/8. */
  readonly address: string;
  /** `esp_` and the last three bytes of the MAC. */
  readonly hostname: string;
  /** The last three bytes of the MAC as a number. */
  readonly chipId: number;
  /** Six bytes in upper-case hex with colons. */
  readonly mac: string;
}

/**
 * The board at `offset` addresses behind `base`. The last three bytes of a loopback address serve as the last three of
 * the MAC, so that no two boards of one machine share a name, and a name says where its board is: 127.20.0.1 is `esp_140001`.
 *
 * @throws SporeError `SPORE_USAGE` when `base` is not a loopback address, or the board would be outside.
 */
export function boardAt(base: string, offset = 0): Board {
  const start = loopbackNumber(base);
  const chipId = start + offset;
  if (chipId >= lastChipId)
    throw new SporeError("SPORE_USAGE", `${base} has no room for ${offset + 1} nodes: they would leave 127.0.0.0/8.`, {
      hint: "Choose a lower base address, such as 127.20.0.1.",
    });
  return boardOf(`127.${chipId >> 16}.${(chipId >> 8) & 0xff}.${chipId & 0xff}`, chipId);
}

/** Another board that took over the address of `board`. */
export function strangerAt(board: Board): Board {
  return boardOf(board.address, board.chipId ^ 0x5a5a5a);
}

/** 127.255.255.255, the broadcast address, belongs to nobody. */
const lastChipId = 0xffffff;

function boardOf(address: string, chipId: number): Board {
  const hex = chipId.toString(16).toUpperCase().padStart(6, "0");
  return { address, chipId, hostname: `esp_${hex}`, mac: `84:F3:EB:${hex.replace(/(..)(..)(..)/, "$1:$2:$3")}` };
}

function loopbackNumber(address: string): number {
  const bytes = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (!bytes || bytes.some((byte) => byte > 255))
    throw new SporeError("SPORE_USAGE", `The base address "${address}" is not a loopback address.`, {
      hint: "Simulated nodes stay on this machine: choose an address such as 127.20.0.1.",
    });
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
