import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";

interface Output {
  readonly imports: Map<string, Set<string>>;
  readonly interfaces: string[];
}

/** The TypeScript file for one CRD: an interface per object of the schema, and the Kind. */
export function typeText(crd: CustomResourceDefinition, stem: string): string {
  const { group, scope, names, versions } = crd.spec;
  const version = versions[0];
  if (!version) throw new TypeError(`crds/${stem}.yaml has no version`);
  const output: Output = { imports: new Map(), interfaces: [] };
  const root = version.schema.openAPIV3Schema;
  const fields = ["spec", "status"].flatMap((field) => {
    const schema = root.properties?.[field];
    if (!schema) return [];
    const type = typeOf(schema, `${names.kind}${pascal(field)}`, output);
    return [`  readonly ${field}${isPresent(root, field) ? "" : "?"}: ${type};`];
  });
  use(output, "./kind.ts", "Kind");
  use(output, "./meta.ts", "Resource");
  return [
    `// Generated from crds/${stem}.yaml by \`npm run gen\`. Do not edit.`,
    ...importLines(output),
    "",
    ...output.interfaces,
    `/** ${root.description ?? names.kind} */`,
    `export interface ${names.kind} extends Resource {`,
    ...fields,
    "}",
    "",
    `export const ${names.kind}: Kind<${names.kind}> = {`,
    `  group: ${JSON.stringify(group)},`,
    `  version: ${JSON.stringify(version.name)},`,
    `  kind: ${JSON.stringify(names.kind)},`,
    `  plural: ${JSON.stringify(names.plural)},`,
    `  namespaced: ${scope === "Namespaced"},`,
    "};",
    "",
  ].join("\n");
}

function typeOf(schema: JsonSchemaProps, name: string, output: Output): string {
  if (schema["x-kubernetes-int-or-string"]) return "number | string";
  if (schema["x-kubernetes-preserve-unknown-fields"] && !schema.properties)
    return use(output, "../base/json.ts", "JsonValue");
  switch (schema.type) {
    case "object":
      return objectType(schema, name, output);
    case "array":
      return `readonly ${arrayItem(typeOf(schema.items ?? {}, singular(name), output))}[]`;
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "string":
      return schema.enum ? schema.enum.map((value) => JSON.stringify(value)).join(" | ") : "string";
    default:
      throw new TypeError(`${name} has no type`);
  }
}

function objectType(schema: JsonSchemaProps, name: string, output: Output): string {
  if (typeof schema.additionalProperties === "object") {
    return `Readonly<Record<string, ${typeOf(schema.additionalProperties, singular(name), output)}>>`;
  }
  const properties = Object.entries(schema.properties ?? {});
  const known = wellKnown(properties.map(([field]) => field));
  if (known) return use(output, known.file, known.type);
  const lines = properties.flatMap(([field, inner]) => [
    ...(inner.description ? [`  /** ${inner.description} */`] : []),
    `  readonly ${field}${isPresent(schema, field) ? "" : "?"}: ${typeOf(inner, `${name}${pascal(field)}`, output)};`,
  ]);
  const text = [`/** ${schema.description ?? name} */`, `export interface ${name} {`, ...lines, "}", ""];
  output.interfaces.push(text.join("\n"));
  return name;
}

/** Shapes that Kubernetes names, and that our API files therefore declare once. */
function wellKnown(fields: readonly string[]): { file: string; type: string } | undefined {
  if (fields.includes("matchLabels") && fields.includes("matchExpressions")) {
    return { file: "./selector.ts", type: "LabelSelector" };
  }
  if (fields.includes("lastTransitionTime")) return { file: "./meta.ts", type: "Condition" };
  return undefined;
}

/** A field that is required, or that the server fills with a default, is there whenever an object is read. */
function isPresent(parent: JsonSchemaProps, field: string): boolean {
  return parent.required?.includes(field) === true || parent.properties?.[field]?.default !== undefined;
}

function use(output: Output, file: string, type: string): string {
  const types = output.imports.get(file) ?? new Set();
  output.imports.set(file, types.add(type));
  return type;
}

function importLines(output: Output): readonly string[] {
  return [...output.imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, types]) => `import type { ${[...types].sort().join(", ")} } from "${file}";`);
}

function arrayItem(type: string): string {
  return type.includes(" | ") ? `(${type})` : type;
}

function pascal(field: string): string {
  return field.charAt(0).toUpperCase() + field.slice(1);
}

function singular(name: string): string {
  return name.endsWith("s") ? name.slice(0, -1) : `${name}Item`;
}
