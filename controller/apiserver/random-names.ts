import { type Random, randomInteger } from "../base/random.ts";

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
  const hex = (bits: number, fixed = 0) =>
    (randomInteger(random, 0, 2 ** bits - 1) + fixed).toString(16).padStart(bits / 4, "0");
  return `${hex(32)}-${hex(16)}-4${hex(12)}-${hex(14, 0x8000)}-${hex(24)}${hex(24)}`;
}
