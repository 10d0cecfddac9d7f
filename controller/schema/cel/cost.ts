import type { CelType } from "./cel-type.ts";
import { extentOf, type Value } from "./values.ts";

/** Bounds of a size or a cost, found without running the expression. Costs are in cel-go's units, sizes in elements or characters. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Stands for infinity: what cannot be bounded. Sums and products stop here. */
export const unboundedMax = 2 ** 64;

export const unboundedRange: Range = { min: 0, max: unboundedMax };

export const exactly = (value: number): Range => ({ min: value, max: value });

const capped = (value: number): number => (value < unboundedMax ? value : unboundedMax);

export function plus(a: Range, b: Range): Range {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) };
}

export function times(a: Range, b: Range): Range {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

/** Rounded up, as every cost is. */
export function scaled(a: Range, factor: number): Range {
  return { min: capped(Math.ceil(a.min * factor)), max: capped(Math.ceil(a.max * factor)) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** What is known of an argument before the expression runs. */
export interface KnownArgument {
  readonly type: CelType;
  readonly size: Range;
  /** Size of a list's elements, where the argument is one. */
  readonly elementSize: Range;
  /** Its value where it is written in the expression. */
  readonly literal: Value | undefined;
}

export interface Estimate {
  readonly cost: Range;
  readonly resultSize?: Range;
}

/** What a call costs, beyond what its arguments do. The target counts as the first argument. */
export interface CostModel {
  actual(args: readonly Value[], result: Value): number;
  estimate(args: readonly KnownArgument[]): Estimate;
}

/** Of walking once over a string, for each character. */
const traversal = 0.1;
/** Of a regular expression, for each of its characters. */
const regexLength = 0.25;

const sizeIn = (args: readonly Value[], index: number) => extentOf(args[index] ?? null);
const rangeIn = (args: readonly KnownArgument[], index: number) => args[index]?.size ?? unboundedRange;

/** The same whatever the arguments are. */
export const fixed = (cost: number): CostModel => ({ actual: () => cost, estimate: () => ({ cost: exactly(cost) }) });

export const constant = fixed(1);

/** Walks `times` over one argument. `result` says how large the answer can be. */
export function walks(index: number, passes = 1, result?: (size: Range) => Range): CostModel {
  return {
    actual: (args) => Math.ceil(sizeIn(args, index) * passes * traversal),
    estimate: (args) => {
      const size = rangeIn(args, index);
      const cost = scaled(size, passes * traversal);
      return result ? { cost, resultSize: result(size) } : { cost };
    },
  };
}

/** `startsWith` and `endsWith`: estimated by the part that is looked for, counted by the whole, as upstream does. */
export const affix: CostModel = {
  actual: (args) => Math.ceil(sizeIn(args, 0) * traversal),
  estimate: (args) => ({ cost: scaled(rangeIn(args, 1), traversal) }),
};

/** Looks at every element of the list that is the second argument. */
export const membership: CostModel = {
  actual: (args) => sizeIn(args, 1),
  estimate: (args) => ({ cost: rangeIn(args, 1) }),
};

/** Compares the smaller part of two values; 1 for scalars. */
export const comparison: CostModel = {
  actual: ([a = null, b = null]) => Math.ceil(smallerExtent(a, b) * traversal),
  estimate: (args) => {
    const max = Math.min(rangeIn(args, 0).max, rangeIn(args, 1).max);
    return { cost: scaled({ min: max > 0 ? 1 : 0, max }, traversal) };
  },
};

/** The same for `==`, which knows values of the libraries; `!=` takes them for values of any size, as upstream does. */
export const equality: CostModel = {
  actual: comparison.actual,
  estimate: (args) => {
    const [a, b] = args;
    if (a?.type.kind !== "opaque" || b?.type.kind !== "opaque") return comparison.estimate(args);
    const size = union(a.size, b.size).max;
    const isUrl = a.type.name === "kubernetes.URL" && size < unboundedMax;
    return { cost: isUrl ? scaled({ min: 1, max: size }, traversal) : exactly(1) };
  },
};

/** The extent of the smaller one, without counting the characters of a text that is much longer. */
function smallerExtent(a: Value, b: Value): number {
  if (typeof a !== "string" || typeof b !== "string") return Math.min(extentOf(a), extentOf(b));
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.length >= 2 * short.length ? extentOf(short) : Math.min(extentOf(short), extentOf(long));
}

/** Writes two texts one after the other. */
export const concatenation: CostModel = {
  actual: (args) => Math.ceil((sizeIn(args, 0) + sizeIn(args, 1)) * traversal),
  estimate: (args) => {
    const resultSize = plus(rangeIn(args, 0), rangeIn(args, 1));
    return { cost: scaled(resultSize, traversal), resultSize };
  },
};

/** Chains two lists, which takes no walk. */
export const chaining: CostModel = {
  actual: () => 1,
  estimate: (args) => ({ cost: exactly(1), resultSize: plus(rangeIn(args, 0), rangeIn(args, 1)) }),
};

/** Looks for a text in another. */
export const search: CostModel = {
  actual: (args) => Math.ceil(sizeIn(args, 0) * traversal) * Math.ceil(sizeIn(args, 1) * traversal),
  estimate: (args) => ({ cost: times(scaled(rangeIn(args, 0), traversal), scaled(rangeIn(args, 1), traversal)) }),
};

/** Matches a text against a regular expression. The 1 is for an empty text, which is matched too. */
export function matching(resultSize?: (size: Range) => Range): CostModel {
  return {
    actual: (args) => Math.ceil((1 + sizeIn(args, 0)) * traversal) * Math.ceil(sizeIn(args, 1) * regexLength),
    estimate: (args) => {
      const size = rangeIn(args, 0);
      const text = scaled(plus(size, exactly(1)), traversal);
      const cost = times(text, scaled(rangeIn(args, 1), regexLength));
      return resultSize ? { cost, resultSize: resultSize(size) } : { cost };
    },
  };
}

/** Looks at each element of a list, or each character of a string. */
export const eachElement: CostModel = {
  actual: ([target = null]) => depthwise(target),
  estimate: ([target]) => {
    if (target === undefined) return { cost: unboundedRange };
    if (target.type.kind !== "list") return { cost: scaled(target.size, traversal) };
    const { kind } = target.type.item;
    const each = kind === "string" || kind === "bytes" ? scaled(target.elementSize, traversal) : exactly(0);
    return { cost: times(target.size, plus(exactly(1), each)) };
  },
};

/** What it costs to look at all of a value. */
function depthwise(value: Value): number {
  if (typeof value === "string" || value instanceof Uint8Array) return Math.floor(value.length * traversal);
  if (typeof value !== "object" || value === null) return 1;
  if (value.kind === "list") {
    let cost = 0;
    for (let index = 0; index < value.size; index++) cost += depthwise(value.at(index));
    return cost;
  }
  if (value.kind !== "map") return 1;
  let cost = 0;
  for (const key of value.keys()) cost += depthwise(key) + depthwise(value.get(key) ?? null);
  return cost;
}

/** Writes the elements of a list with a text between them. */
export const joining: CostModel = {
  actual: (_args, result) => Math.ceil(extentOf(result) * 2 * traversal),
  estimate: (args) => {
    const [list, separator] = args;
    const count = list?.size ?? unboundedRange;
    const between = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    const elements = times(count, list?.elementSize ?? unboundedRange);
    const resultSize = separator ? plus(elements, times(separator.size, between)) : elements;
    return { cost: scaled(resultSize, traversal), resultSize };
  },
};

/** Cuts a text at each occurrence of another; at worst into its characters, or into as many parts as are asked for. */
export const splitting: CostModel = {
  actual: (args) => Math.ceil(sizeIn(args, 0) * 2 * traversal),
  estimate: (args) => {
    const size = rangeIn(args, 0);
    const limit = args[2]?.literal;
    const max = typeof limit === "bigint" ? (limit < 0n ? unboundedMax : Number(limit)) : size.max;
    return { cost: scaled(size, 2 * traversal), resultSize: { min: 0, max } };
  },
};

/** Puts a text in the place of another wherever it occurs. */
export const replacing: CostModel = {
  actual: (args) => Math.ceil(sizeIn(args, 0) * 2 * traversal),
  estimate: (args) => {
    const [size, out, into] = [rangeIn(args, 0), rangeIn(args, 1), rangeIn(args, 2)];
    return {
      cost: scaled(size, 2 * traversal),
      resultSize: {
        min: replaced(size.min, out.max, into.min, (grown, kept) => Math.min(grown, kept)),
        max: replaced(size.max, out.min, into.max, (grown, kept) => Math.max(grown, kept)),
      },
    };
  },
};

/** Characters of a text of `size` after each `out` characters of it became `into`. Where `out` is empty, `into` goes between all characters. */
function replaced(size: number, out: number, into: number, choose: (grown: number, kept: number) => number): number {
  if (out === 0) return capped((size + 1) * into + size);
  return capped(choose(Math.ceil(size / out) * into, size));
}

/** Compares each element of one list with each of another, `passes` times, after building what it answers with. */
export function pairing(passes: number): CostModel {
  return {
    actual: (args) => 1 + passes * sizeIn(args, 0) * sizeIn(args, 1),
    estimate: (args) => ({ cost: plus(exactly(1), scaled(times(rangeIn(args, 0), rangeIn(args, 1)), passes)) }),
  };
}
