import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/**
 * One step from a value to one inside it, as FieldsV1 writes it: `f:name` a member of an object, `k:{"name":"http"}` the item of a list that has
 * these values of its keys, `v:"x"` the item of a set, `i:0` an item by its place (written by old servers only). Equal steps are equal texts.
 */
export type PathElement = string;

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

export function keyElement(keys: JsonObject): PathElement {
  return `k:${canonicalJson(keys)}`;
}

export function valueElement(value: JsonValue): PathElement {
  return `v:${canonicalJson(value)}`;
}

/** The name of the member that a step leads to; undefined for a step into a list. */
export function fieldOf(element: PathElement): string | undefined {
  return element.startsWith("f:") ? element.slice(2) : undefined;
}

/** Whether a text says that it is a step, well-formed or not. */
export function isKnownStep(text: string): boolean {
  return /^[fvki]:/.test(text);
}

/**
 * A step as somebody else wrote it, in the form in which we would.
 *
 * @returns undefined when it is none.
 */
export function readElement(text: string): PathElement | undefined {
  const rest = text.slice(2);
  switch (text.slice(0, 2)) {
    case "f:":
      return text;
    case "i:":
      return /^\d{1,9}$/.test(rest) ? text : undefined;
    case "k:": {
      const keys = parsed(rest);
      return isJsonObject(keys) && Object.keys(keys).length > 0 ? keyElement(keys) : undefined;
    }
    case "v:": {
      const value = parsed(rest);
      return value === undefined ? undefined : valueElement(value);
    }
    default:
      return undefined;
  }
}

/** A step as messages show it: `.replicas`, `[name="http"]`, `[="x"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case "f:":
      return `.${rest}`;
    case "v:":
      return `[=${rest}]`;
    case "i:":
      return `[${rest}]`;
    default: {
      const keys = parsed(rest);
      const pairs = isJsonObject(keys) ? Object.entries(keys) : [];
      return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    }
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
