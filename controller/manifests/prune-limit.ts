/** How many of `total` objects may leave at once: more looks like an accident. Undefined where `limit` is neither a count nor a percentage. */
export function pruneLimit(limit: number | string, total: number): number | undefined {
  if (typeof limit === "number") return Number.isInteger(limit) && limit >= 0 ? limit : undefined;
  const percent = /^(\d{1,3})%$/.exec(limit)?.[1];
  if (percent === undefined || Number(percent) > 100) return undefined;
  return Math.ceil((total * Number(percent)) / 100);
}

/** A fifth, rounded up to a whole object. */
export const defaultPruneLimit = "20%";
