import { SporeError } from "../base/errors.ts";

/** The longest key that LMDB takes with pages of 4 KiB; every store keeps to it, so that objects can move between stores. */
export const storeKeyMaxBytes = 1978;

/**
 * @throws SporeError `SPORE_BAD_REQUEST` when `key` is empty, holds NUL or half a surrogate pair (which has no UTF-8), or is too long.
 */
export function checkKey(key: string): void {
  if (key === "") throw new SporeError("SPORE_BAD_REQUEST", "A key of the store must not be empty.");
  if (key.includes("\0") || /\p{Surrogate}/u.test(key)) {
    const shown = JSON.stringify(key.slice(0, 200));
    throw new SporeError("SPORE_BAD_REQUEST", `The key ${shown} holds a NUL or half a character; a key must be text.`);
  }
  // A code unit takes at most three bytes, so most keys need no counting.
  if (key.length * 3 <= storeKeyMaxBytes) return;
  const bytes = Buffer.byteLength(key);
  if (bytes <= storeKeyMaxBytes) return;
  throw new SporeError(
    "SPORE_BAD_REQUEST",
    `The key that begins ${JSON.stringify(key.slice(0, 100))} has ${bytes} bytes; the store takes at most ${storeKeyMaxBytes}.`,
    { hint: "Choose a shorter name, or a shorter namespace." },
  );
}

/** Orders keys as their UTF-8 bytes are ordered, which JavaScript's own order of strings is not beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters above all others, yet their code units lie below U+E000. */
function byteRank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
