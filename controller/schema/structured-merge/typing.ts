import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { elementText, fieldElement, type PathElement } from "./path-element.ts";
import { memberOf, topologyOf } from "./topology.ts";

/** So many are named; a hostile configuration could have millions. */
const faultsMax = 100;
const pathMaxCharacters = 1000;

/**
 * Why a configuration cannot be merged by its schema: fields that the schema does not know, values of another type, list items that cannot be
 * told apart. What the values themselves must be is for validation to say.
 *
 * @returns sentences such as `.spec.imagee: field not declared in schema`.
 */
export function typingFaults(value: JsonValue, schema: JsonSchemaProps): readonly string[] {
  const faults: string[] = [];
  visit(value, schema, "", faults);
  return faults;
}

function visit(value: JsonValue, schema: JsonSchemaProps, path: string, faults: string[]): void {
  if (faults.length >= faultsMax || value === null) return;
  const wrong = typeFault(value, schema);
  if (wrong !== undefined) faults.push(`${path.slice(0, pathMaxCharacters)}: ${wrong}`);
  else if (Array.isArray(value)) visitItems(value, schema, path, faults);
  else if (isJsonObject(value)) visitMembers(value, schema, path, faults);
}

function visitMembers(object: JsonObject, schema: JsonSchemaProps, path: string, faults: string[]): void {
  for (const [name, value] of Object.entries(object)) {
    const at = `${path}${elementText(fieldElement(name))}`;
    const { schema: inner, isField } = memberOf(schema, name);
    if (isField || takesAny(schema)) visit(value, inner, at, faults);
    else faults.push(`${at.slice(0, pathMaxCharacters)}: field not declared in schema`);
    if (faults.length >= faultsMax) return;
  }
}

function takesAny(schema: JsonSchemaProps): boolean {
  const { additionalProperties, properties } = schema;
  return (
    schema["x-kubernetes-preserve-unknown-fields"] === true ||
    (additionalProperties !== undefined && additionalProperties !== false) ||
    (properties === undefined && schema["x-kubernetes-embedded-resource"] !== true)
  );
}

function visitItems(items: readonly JsonValue[], schema: JsonSchemaProps, path: string, faults: string[]): void {
  const topology = topologyOf(items, schema);
  if (topology.kind !== "list") {
    for (const [index, item] of items.entries()) visit(item, schema.items ?? {}, `${path}[${index}]`, faults);
    return;
  }
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const nameless = namelessItem(item, schema);
    const step = topology.list.elementOf(item);
    if (nameless !== undefined || step === undefined) {
      faults.push(
        `${path.slice(0, pathMaxCharacters)}: element ${index}: ${nameless ?? "cannot be told from the others"}`,
      );
      continue;
    }
    if (seen.has(step))
      faults.push(`${path.slice(0, pathMaxCharacters)}: duplicate entries for key ${elementText(step)}`);
    seen.add(step);
    visit(item, topology.list.items, `${path}${elementText(step)}`, faults);
  }
}

/** Why an item of a keyed list or set cannot be told from the others, in kube-apiserver's words. */
function namelessItem(item: JsonValue, schema: JsonSchemaProps): string | undefined {
  const keys = schema["x-kubernetes-list-type"] === "map" ? (schema["x-kubernetes-list-map-keys"] ?? []) : undefined;
  if (keys === undefined) {
    if (!isContainer(item)) return undefined;
    return `associative list without keys has an element that's a ${Array.isArray(item) ? "list" : "map"} type`;
  }
  if (item === null) return "associative list with keys may not have a null element";
  if (!isJsonObject(item)) return "associative list with keys may not have non-map elements";
  const hasKey = keys.some((key) => Object.hasOwn(item, key) || schema.items?.properties?.[key]?.default !== undefined);
  if (hasKey) return undefined;
  const names = keys.map((key) => JSON.stringify(key)).join(" ");
  return `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`;
}

function typeFault(value: JsonValue, schema: JsonSchemaProps): string | undefined {
  if (schema["x-kubernetes-int-or-string"] === true)
    return isContainer(value) ? `expected any scalar, got ${shown(value)}` : undefined;
  switch (schema.type) {
    case "object":
      return isJsonObject(value) ? undefined : `expected map, got ${shown(value)}`;
    case "array":
      return Array.isArray(value) ? undefined : `expected list, got ${shown(value)}`;
    case "string":
      return typeof value === "string" ? undefined : `expected string, got ${shown(value)}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${shown(value)}`;
    case "integer":
    case "number":
      return typeof value === "number" ? undefined : `expected numeric (int or float), got ${shown(value)}`;
    default:
      return undefined;
  }
}

function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

const shownMaxCharacters = 100;

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > shownMaxCharacters ? `${text.slice(0, shownMaxCharacters)}…` : text;
}
