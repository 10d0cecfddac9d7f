import { isIPv4, isIPv6 } from "node:net";
import { type CostModel, exactly, plus, scaled, walks } from "../cost.ts";
import { define, type Guard, isText, type Overload } from "../functions.ts";
import { extentOf, Fault, type OpaqueValue, type Value } from "../values.ts";

/** An IPv4 or IPv6 address. */
class Address implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "net.IP";
  readonly family: 4 | 6;
  readonly number: bigint;

  constructor(family: 4 | 6, number: bigint) {
    this.family = family;
    this.number = number;
  }

  get width(): number {
    return this.family === 4 ? 32 : 128;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Address && other.family === this.family && other.number === this.number;
  }

  /** Whether the address begins with the first `length` bits of `prefix`. */
  isWithin(prefix: bigint, length: number): boolean {
    const rest = BigInt(this.width - length);
    return this.number >> rest === prefix >> rest;
  }
}

/** An address and how many of its first bits name a network. */
class Network implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "net.CIDR";
  readonly address: Address;
  readonly length: number;

  constructor(address: Address, length: number) {
    this.address = address;
    this.length = length;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Network && other.length === this.length && this.address.isSame(other.address);
  }

  holds(address: Address): boolean {
    return address.family === this.address.family && address.isWithin(this.address.number, this.length);
  }
}

const isAddress: Guard<Address> = (value) => value instanceof Address;
const isNetwork: Guard<Network> = (value) => value instanceof Network;

function parseAddress(text: string): Address | Fault {
  const shown = JSON.stringify(text);
  if (text.includes("%") && isIPv6(text)) return new Fault(`IP address ${shown} with zone value is not allowed`);
  if (isIPv4(text)) return new Address(4, numberOf(text.split(".").map(Number), 8n));
  if (!isIPv6(text)) {
    const why = `ParseAddr(${shown}): unable to parse IP`;
    return new Fault(`IP Address ${shown} parse error during conversion from string: ${why}`);
  }
  const address = new Address(6, numberOf(groupsOf(text), 16n));
  const isMapped = address.number >> 32n === 0xffffn;
  return isMapped ? new Fault(`IPv4-mapped IPv6 address ${shown} is not allowed`) : address;
}

function numberOf(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((number, part) => (number << bits) | BigInt(part), 0n);
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(text: string): readonly number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const [, a = 0, b = 0, c = 0, d = 0] = (dotted ?? []).map(Number);
  const tail = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const plain = dotted ? text.slice(0, dotted.index) + tail : text;
  const [head = "", rest] = plain.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  if (rest === undefined) return groups(head);
  const [left, right] = [groups(head), groups(rest)];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

/** The one way of writing an address: RFC 5952. */
function addressText({ family, number }: Address): string {
  const bits = family === 4 ? 8n : 16n;
  const count = family === 4 ? 4 : 8;
  const parts = Array.from({ length: count }, (_, index) => {
    return Number((number >> (bits * BigInt(count - 1 - index))) & ((1n << bits) - 1n));
  });
  if (family === 4) return parts.join(".");
  const { start, length } = longestZeros(parts);
  const hex = parts.map((part) => part.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeros(parts: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < parts.length; start++) {
    let end = start;
    while (end < parts.length && parts[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
    if (end > start) start = end;
  }
  return best;
}

function parseNetwork(text: string): Network | Fault {
  const failed = (why: string) => {
    return new Fault(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`,
    );
  };
  const slash = text.lastIndexOf("/");
  if (slash < 0) return failed("no '/'");
  const [written, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (written.includes("%")) return failed("IPv6 zones cannot be present in a prefix");
  const address = parseAddress(written);
  if (address instanceof Fault) {
    const isMapped = address.message.startsWith("IPv4-mapped");
    return isMapped
      ? new Fault(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
      : failed(`ParseAddr(${JSON.stringify(written)}): unable to parse IP`);
  }
  if (!/^(0|[1-9]\d{0,2})$/.test(bits)) return failed(`bad bits after slash: ${JSON.stringify(bits)}`);
  const length = Number(bits);
  return length <= address.width ? new Network(address, length) : failed("prefix length out of range");
}

function masked({ address, length }: Network): Network {
  const rest = BigInt(address.width - length);
  return new Network(new Address(address.family, (address.number >> rest) << rest), length);
}

const isLoopback = (ip: Address) => (ip.family === 4 ? ip.isWithin(127n << 24n, 8) : ip.number === 1n);
const isLinkLocal = (ip: Address) =>
  ip.family === 4 ? ip.isWithin(0xa9fen << 16n, 16) : ip.isWithin(0xfe80n << 112n, 10);
const isMulticast = (ip: Address) => (ip.family === 4 ? ip.isWithin(0xe0n << 24n, 4) : ip.isWithin(0xffn << 120n, 8));
// Of IPv6, the second digit of an address holds flags, so only the last of the first four bytes counts.
const isLinkLocalMulticast = (ip: Address) =>
  ip.family === 4 ? ip.isWithin(0xe0n << 24n, 24) : isMulticast(ip) && ((ip.number >> 112n) & 0xfn) === 2n;

function isGlobalUnicast(ip: Address): boolean {
  const isBroadcast = ip.family === 4 && ip.number === 0xffffffffn;
  return ip.number !== 0n && !isBroadcast && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocal(ip);
}

/** Compares two addresses byte by byte; `extra` for what is done besides. */
function containment(extra: number, parses: boolean, masks: boolean): CostModel {
  const size = { min: 4, max: 16 };
  const base = plus(scaled(plus(size, size), 0.1), masks ? plus(scaled(size, 0.1), exactly(extra)) : exactly(0));
  return {
    actual: (args) => base.max + (parses ? Math.ceil(extentOf(args[1] ?? null) * 0.1) : 0),
    estimate: (args) => ({ cost: parses && args[1] ? plus(base, scaled(args[1].size, 0.1)) : base }),
  };
}

function held(network: Network, other: Address | Fault): Value {
  return other instanceof Fault ? other : network.holds(other);
}

function covered(network: Network, other: Network | Fault): Value {
  return other instanceof Fault ? other : network.length <= other.length && network.holds(other.address);
}

const parsing = walks(0);

/** Kubernetes' functions for IP addresses and networks. */
export const addressFunctions: readonly Overload[] = [
  define("ip", "(string): net.IP", [isText], parseAddress, parsing),
  define("isIP", "(string): bool", [isText], (text) => parseAddress(text) instanceof Address, parsing),
  define(
    "ip.isCanonical",
    "(string): bool",
    [isText],
    (text) => {
      const address = parseAddress(text);
      return address instanceof Fault ? address : addressText(address) === text;
    },
    walks(0, 2),
  ),
  define("string", "(net.IP): string", [isAddress], addressText),
  define("family", "net.IP.(): int", [isAddress], ({ family }) => BigInt(family)),
  define("isUnspecified", "net.IP.(): bool", [isAddress], ({ number }) => number === 0n),
  define("isLoopback", "net.IP.(): bool", [isAddress], isLoopback),
  define("isLinkLocalMulticast", "net.IP.(): bool", [isAddress], isLinkLocalMulticast),
  define("isLinkLocalUnicast", "net.IP.(): bool", [isAddress], isLinkLocal),
  define("isGlobalUnicast", "net.IP.(): bool", [isAddress], isGlobalUnicast),
  define("cidr", "(string): net.CIDR", [isText], parseNetwork, parsing),
  define("isCIDR", "(string): bool", [isText], (text) => parseNetwork(text) instanceof Network, parsing),
  define("string", "(net.CIDR): string", [isNetwork], ({ address, length }) => `${addressText(address)}/${length}`),
  define("ip", "net.CIDR.(): net.IP", [isNetwork], ({ address }) => address),
  define("prefixLength", "net.CIDR.(): int", [isNetwork], ({ length }) => BigInt(length)),
  define("masked", "net.CIDR.(): net.CIDR", [isNetwork], masked),
  define("containsIP", "net.CIDR.(net.IP): bool", [isNetwork, isAddress], held, containment(0, false, false)),
  define(
    "containsIP",
    "net.CIDR.(string): bool",
    [isNetwork, isText],
    (network, text) => {
      return held(network, parseAddress(text));
    },
    containment(0, true, false),
  ),
  define("containsCIDR", "net.CIDR.(net.CIDR): bool", [isNetwork, isNetwork], covered, containment(1, false, true)),
  define(
    "containsCIDR",
    "net.CIDR.(string): bool",
    [isNetwork, isText],
    (network, text) => {
      return covered(network, parseNetwork(text));
    },
    containment(1, true, true),
  ),
];
