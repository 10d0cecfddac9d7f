/** Why a parsed YAML value is not JSON, and where. */
export interface NotJson {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const nestingMax = 100;

/** What YAML can say and JSON cannot: the first such thing in `value`, or undefined when there is none. */
export function notJson(value: unknown, path: readonly (string | number)[] = []): NotJson | undefined {
  if (path.length > nestingMax) return { path, message: `nested more than ${nestingMax} levels deep` };
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return numberProblem(value, path);
    case "bigint":
      return { path, message: `the number ${value} is too large to keep exactly` };
    case "object":
      return value === null ? undefined : objectProblem(value, path);
    default:
      return { path, message: "is not a value that JSON has" };
  }
}

function numberProblem(value: number, path: readonly (string | number)[]): NotJson | undefined {
  if (!Number.isFinite(value)) return { path, message: `${value} is not a value that JSON has` };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { path, message: "a number beyond 9007199254740991 cannot be kept exactly; write it as a string" };
  }
  return undefined;
}

function objectProblem(value: object, path: readonly (string | number)[]): NotJson | undefined {
  if (Array.isArray(value))
    return firstProblem(
      value.map((item, index) => [index, item] as const),
      path,
    );
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    return { path, message: "is a type that JSON does not have (a date, a set or bytes); write it as a string" };
  }
  return firstProblem(Object.entries(value), path);
}

function firstProblem(
  members: readonly (readonly [string | number, unknown])[],
  path: readonly (string | number)[],
): NotJson | undefined {
  for (const [key, member] of members) {
    const found = notJson(member, [...path, key]);
    if (found) return found;
  }
  return undefined;
}
