import { randomInt } from "node:crypto";

/** Draws numbers from [0, 1). Handed in wherever chance matters, so that a seed repeats a run. */
export type Random = () => number;

/** The machine's own chance, good enough for names and tokens. */
export const systemRandom: Random = () => randomInt(2 ** 47) / 2 ** 47;

/** The same sequence for the same seed (a 32-bit integer); the generator known as mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from `low` to `high`, both included. */
export function randomInteger(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}
