/** The types of the Common Expression Language (https://github.com/google/cel-spec/blob/master/doc/langdef.md) that rules can meet. */
export type CelType =
  | { readonly kind: PlainKind }
  | { readonly kind: "type"; readonly of: CelType }
  | { readonly kind: "list"; readonly item: CelType }
  | { readonly kind: "map"; readonly key: CelType; readonly value: CelType }
  | { readonly kind: "optional"; readonly of: CelType }
  /** An object with known fields; `fields` bears their escaped names. */
  | { readonly kind: "object"; readonly name: string; readonly fields: ReadonlyMap<string, CelType> }
  /** A type that only its own functions look into, such as `net.IP`. */
  | { readonly kind: "opaque"; readonly name: string }
  /** A type to be found out. */
  | { readonly kind: "param"; readonly name: string };

/** Types without parts. `error` stands for one that could not be found out; whatever it meets is not reported again. */
export type PlainKind = ScalarKind | "dyn" | "error" | "null";

type ScalarKind = "bool" | "int" | "uint" | "double" | "string" | "bytes" | "timestamp" | "duration";

export const bool: CelType = { kind: "bool" };
export const int: CelType = { kind: "int" };
export const double: CelType = { kind: "double" };
export const string: CelType = { kind: "string" };
export const bytes: CelType = { kind: "bytes" };
export const timestamp: CelType = { kind: "timestamp" };
export const duration: CelType = { kind: "duration" };
export const dyn: CelType = { kind: "dyn" };
export const unknown: CelType = { kind: "error" };
export const nothing: CelType = { kind: "null" };

export const listOf = (item: CelType): CelType => ({ kind: "list", item });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: "map", key, value });
export const optionalOf = (of: CelType): CelType => ({ kind: "optional", of });

/** Types of a fixed size. */
const scalars: ReadonlySet<string> = new Set(["bool", "double", "duration", "int", "timestamp", "uint"]);

export function isScalar(type: CelType): boolean {
  return type.kind === "optional" ? isScalar(type.of) : scalars.has(type.kind);
}

/** Whether nothing is known of a type before the expression runs. */
export function isOpen(type: CelType): boolean {
  return type.kind === "dyn" || type.kind === "error";
}

/** The type as Kubernetes' messages write it. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case "list":
      return `list(${typeText(type.item)})`;
    case "map":
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case "optional":
      return `optional_type(${typeText(type.of)})`;
    case "type":
      return `type(${typeText(type.of)})`;
    case "object":
    case "opaque":
    case "param":
      return type.name;
    case "error":
      return "!error!";
    default:
      return type.kind;
  }
}

/** Whether two types are one and the same, parameters included. */
export function isSameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "list":
      return b.kind === "list" && isSameType(a.item, b.item);
    case "map":
      return b.kind === "map" && isSameType(a.key, b.key) && isSameType(a.value, b.value);
    case "optional":
      return b.kind === "optional" && isSameType(a.of, b.of);
    case "type":
      return b.kind === "type" && isSameType(a.of, b.of);
    case "object":
    case "opaque":
    case "param":
      return b.kind === a.kind && b.name === a.name;
    default:
      return a.kind === b.kind;
  }
}

/** The types that a type is made of, in a fixed order; empty for one without parts. */
export function partsOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case "list":
      return [type.item];
    case "map":
      return [type.key, type.value];
    case "optional":
    case "type":
      return [type.of];
    default:
      return [];
  }
}

/** `type` with each of its parts replaced. */
export function withParts(type: CelType, replace: (part: CelType) => CelType): CelType {
  switch (type.kind) {
    case "list":
      return { kind: "list", item: replace(type.item) };
    case "map":
      return { kind: "map", key: replace(type.key), value: replace(type.value) };
    case "optional":
    case "type":
      return { kind: type.kind, of: replace(type.of) };
    default:
      return type;
  }
}
