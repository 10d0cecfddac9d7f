import type { ErrorObject } from "ajv";
import { invalidValue, shownValue, tooLong, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";

/** The errors of one ajv run as Kubernetes words them (kube-openapi's validation errors, then `field.Error`). */
export function causesOf(errors: readonly ErrorObject[], root: JsonValue): readonly Cause[] {
  return withoutAlternatives(errors).map((error) => causeOf(error, root));
}

/** A failed `anyOf` or `oneOf` is one error; what each alternative had to say would contradict the others. */
function withoutAlternatives(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const parents = errors
    .filter((error) => error.keyword === "anyOf" || error.keyword === "oneOf")
    .map((error) => `${error.schemaPath}/`);
  return errors.filter((error) => !parents.some((parent) => error.schemaPath.startsWith(parent)));
}

function causeOf(error: ErrorObject, root: JsonValue): Cause {
  const { path, value } = located(error.instancePath, root);
  const params: Readonly<Record<string, JsonValue>> = error.params;
  switch (error.keyword) {
    case "required": {
      const missing = String(params.missingProperty);
      const field = path === "" ? missing : `${path}.${missing}`;
      return { reason: "FieldValueRequired", message: "Required value", field };
    }
    case "type":
      return typeInvalid(path, expectedTypes(params.type), typeName(value), typeName(value));
    case "format":
      return typeInvalid(path, String(params.format), String(value), String(value));
    case "int32":
      return typeInvalid(path, "int32", value, shownValue(value));
    case "enum":
      return unsupportedValue(
        path,
        value,
        listIn(params.allowedValues).filter((one) => one !== null),
      );
    case "maxLength":
      return tooLong(path, Number(params.limit), "bytes");
    case "maxItems":
    case "maxProperties":
      return {
        reason: "FieldValueTooMany",
        message: `Too many: ${sizeOf(value)}: must have at most ${params.limit} item${params.limit === 1 ? "" : "s"}`,
        field: path,
      };
    default:
      return invalid(path, error.keyword, params, value);
  }
}

function typeInvalid(path: string, expected: string, bad: JsonValue, shown: string): Cause {
  const detail = `${inBody(path)} must be of type ${expected}: ${JSON.stringify(shown)}`;
  return { reason: "FieldValueTypeInvalid", message: `Invalid value: ${shownValue(bad)}: ${detail}`, field: path };
}

function invalid(path: string, keyword: string, params: Readonly<Record<string, JsonValue>>, value: JsonValue): Cause {
  const { shown, detail } = complaint(path, keyword, params, value);
  return invalidValue(path, shown, detail);
}

/** What is wrong, and the value that Kubernetes shows with it: the size where the size is wrong. */
function complaint(
  path: string,
  keyword: string,
  params: Readonly<Record<string, JsonValue>>,
  value: JsonValue,
): { shown: JsonValue; detail: string } {
  const at = inBody(path);
  switch (keyword) {
    case "minLength":
      return { shown: value, detail: `${at} should be at least ${params.limit} chars long` };
    case "minItems":
      return { shown: sizeOf(value), detail: `${at} should have at least ${params.limit} items` };
    case "minProperties":
      return { shown: sizeOf(value), detail: `${at} should have at least ${params.limit} properties` };
    case "pattern":
      return { shown: value, detail: `${at} should match '${params.pattern}'` };
    case "minimum":
      return { shown: value, detail: `${at} should be greater than or equal to ${params.limit}` };
    case "exclusiveMinimum":
      return { shown: value, detail: `${at} should be greater than ${params.limit}` };
    case "maximum":
      return { shown: value, detail: `${at} should be less than or equal to ${params.limit}` };
    case "exclusiveMaximum":
      return { shown: value, detail: `${at} should be less than ${params.limit}` };
    case "multipleOf":
      return { shown: value, detail: `${at} should be a multiple of ${params.multipleOf}` };
    case "additionalProperties": {
      const name = String(params.additionalProperty);
      return { shown: name, detail: `${path === "" ? name : `${path}.${name}`} in body is a forbidden property` };
    }
    case "uniqueItems":
      return { shown: value, detail: `${at} shouldn't contain duplicates` };
    case "exactNumbers":
      return {
        shown: value,
        detail: `${at} has a whole number beyond 9007199254740991, which cannot be kept exactly; write it as a string`,
      };
    case "anyOf":
      return { shown: "", detail: `${JSON.stringify(path)} must validate at least one schema (anyOf)` };
    case "oneOf":
      return {
        shown: "",
        detail: `${JSON.stringify(path)} must validate one and only one schema (oneOf). ${
          Array.isArray(params.passingSchemas) ? "Found more than one valid alternative" : "Found none valid"
        }`,
      };
    case "not":
      return { shown: "", detail: `${JSON.stringify(path)} must not validate the schema (not)` };
    default:
      return { shown: value, detail: `${at} does not meet ${keyword}` };
  }
}

/** A JSON pointer as Kubernetes writes field paths, and the value there. */
function located(pointer: string, root: JsonValue): { path: string; value: JsonValue } {
  let value = root;
  let path = "";
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) {
      path += `[${name}]`;
      value = value[Number(name)] ?? null;
    } else {
      path += path === "" ? name : `.${name}`;
      value = isJsonObject(value) ? (value[name] ?? null) : null;
    }
  }
  return { path, value };
}

function inBody(path: string): string {
  return path === "" ? '"" in body' : `${path} in body`;
}

function expectedTypes(types: JsonValue | undefined): string {
  return [types]
    .flat()
    .filter((type) => type !== "null")
    .join(",");
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function sizeOf(value: JsonValue): number {
  return Array.isArray(value) ? value.length : isJsonObject(value) ? Object.keys(value).length : 0;
}
