import { RE2JS } from "re2js";
import { LruMap } from "../base/lru-map.ts";

/** CRDs use few patterns at many places, and each is met when the CRD is judged and again when its objects are. */
const compiled = new LruMap<string, RE2JS>(500);

/**
 * A pattern in RE2 syntax, matched in linear time: patterns come from users' CRDs and texts from users' objects.
 *
 * @throws an error of the library whose message says what is wrong with it.
 */
export function linearPattern(pattern: string): RE2JS {
  return compiled.getOrMake(pattern, () => RE2JS.compile(pattern));
}
