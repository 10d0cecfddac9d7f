/** Freezes `value` and everything in it, and returns it. For plain data such as parsed JSON; cycles are not supported. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
