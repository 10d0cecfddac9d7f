import { RE2JS } from "re2js";
import { LruMap } from "../../../base/lru-map.ts";
import { type CostModel, matching, type Range } from "../cost.ts";
import { define, isInt, isText, type Overload } from "../functions.ts";
import { Fault, PlainList, type Value } from "../values.ts";

/** Patterns are almost always constants of a rule; this many are kept compiled. */
const patternsMax = 256;
const patterns = new LruMap<string, RE2JS | Fault>(patternsMax);

/** The pattern, compiled for linear-time matching; or what is wrong with it. */
export function compiled(pattern: string): RE2JS | Fault {
  return patterns.getOrMake(pattern, () => compile(pattern));
}

/** A pattern of a rule is far shorter; one that comes from an object may be anything. */
const patternMaxCharacters = 10_000;

function compile(pattern: string): RE2JS | Fault {
  if (pattern.length > patternMaxCharacters) return new Fault("error parsing regexp: expression is too long");
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return new Fault(
      `error parsing regexp: ${error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error)}`,
    );
  }
}

function matches(text: string, pattern: string): Value {
  const regex = compiled(pattern);
  return regex instanceof Fault ? regex : regex.matcher(text).find();
}

/** At most `limit` parts that match, all of them where it is below 0. */
function findAll(text: string, pattern: string, limit: bigint): readonly string[] | Fault {
  const regex = compiled(pattern);
  if (regex instanceof Fault) return new Fault(`Illegal regex: ${regex.message}`);
  const found: string[] = [];
  const matcher = regex.matcher(text);
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? "");
  return found;
}

function foundList(text: string, pattern: string, limit: bigint): Value {
  const found = findAll(text, pattern, limit);
  return found instanceof Fault ? found : new PlainList(found);
}

/** Instructions of a compiled pattern that count as one cost unit for ten characters. */
const instructionsPerUnit = 4;

/**
 * As upstream counts, by the lengths of text and pattern; and by what the pattern compiles to, where that is more: a short pattern with
 * repetitions in it can be a hundred times as much work.
 */
function compiledMatching(resultSize?: (size: Range) => Range): CostModel {
  const { actual, estimate } = matching(resultSize);
  return {
    actual: (args, result) => {
      const [text, pattern] = args;
      const regex = typeof pattern === "string" ? compiled(pattern) : undefined;
      if (typeof text !== "string" || regex === undefined || regex instanceof Fault) return actual(args, result);
      const perTen = Math.ceil(regex.programSize() / instructionsPerUnit);
      return Math.max(actual(args, result), Math.ceil(text.length / 10) * perTen);
    },
    estimate,
  };
}

const upToAll = compiledMatching(({ max }) => ({ min: 0, max }));

/** Regular expressions: the language's `matches`, and Kubernetes' `find` and `findAll`. */
export const regexFunctions: readonly Overload[] = [
  define("matches", "string.(string): bool", [isText, isText], matches, compiledMatching()),
  define("matches", "(string, string): bool", [isText, isText], matches, compiledMatching()),
  define(
    "find",
    "string.(string): string",
    [isText, isText],
    (text, pattern) => {
      const found = findAll(text, pattern, 1n);
      return found instanceof Fault ? found : (found[0] ?? "");
    },
    upToAll,
  ),
  define("findAll", "string.(string): list<string>", [isText, isText], (a, b) => foundList(a, b, -1n), upToAll),
  define("findAll", "string.(string, int): list<string>", [isText, isText, isInt], foundList, upToAll),
];
