import type { Random } from "../base/random.ts";
import { randomInteger } from "../base/random.ts";

/** Kubernetes' alphabet for generated names: no vowels, so no words, and nothing that looks like something else. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";
const suffixCharacters = 5;
const prefixMaxCharacters = 58;

/** A name that begins with `prefix`. */
export function generateName(prefix: string, random: Random): string {
  const suffix = Array.from(
    { length: suffixCharacters },
    () => alphabet[randomInteger(random, 0, alphabet.length - 1)],
  );
  return `${prefix.slice(0, prefixMaxCharacters)}${suffix.join("")}`;
}

/** A UUID of version 4 (RFC 9562). */
export function generateUid(random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => {
    const byte = randomInteger(random, 0, 255);
    if (index === 6) return (byte & 0x0f) | 0x40;
    return index === 8 ? (byte & 0x3f) | 0x80 : byte;
  });
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
