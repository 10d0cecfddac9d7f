import type { CrdFile } from "../schema/read-crds.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";

/** The reference page `crds/README.md`: a chapter for each kind, a row for each field. */
export function referenceText(files: readonly CrdFile[]): string {
  return [
    "<!-- Generated from crds/*.yaml by `npm run gen`. Do not edit. -->",
    "# The kinds of `spore.dev`",
    "",
    "[`spore.jsonschema`](spore.jsonschema) is all of this for an editor: with `# yaml-language-server: $schema=../crds/spore.jsonschema` (the path or",
    "URL of that file) as the first line of a manifest, editors that use the YAML language server complete and check it.",
    "",
    "| Kind | Short | Scope | What it says |",
    "| --- | --- | --- | --- |",
    ...files.map(({ crd }) => {
      const { names, scope, versions } = crd.spec;
      const says = versions[0]?.schema.openAPIV3Schema.description ?? "";
      return `| [${names.kind}](#${names.kind.toLowerCase()}) | \`${names.shortNames?.join(", ") ?? ""}\` | ${scope} | ${says} |`;
    }),
    "",
    ...files.flatMap(chapter),
  ].join("\n");
}

function chapter({ crd, stem }: CrdFile): readonly string[] {
  const { group, names, versions } = crd.spec;
  return versions.flatMap((version) => {
    const root = version.schema.openAPIV3Schema;
    return [
      `## ${names.kind}`,
      "",
      `${root.description ?? ""} \`apiVersion: ${group}/${version.name}\`, defined in [\`${stem}.yaml\`](${stem}.yaml).`,
      "",
      "| Field | Type | Default | Meaning |",
      "| --- | --- | --- | --- |",
      ...["spec", "status"].flatMap((field) => rows(root, field, "")),
      "",
    ];
  });
}

function rows(parent: JsonSchemaProps, field: string, prefix: string): readonly string[] {
  const schema = parent.properties?.[field];
  if (!schema) return [];
  const path = `${prefix}${field}`;
  const required = parent.required?.includes(field) ? " (required)" : "";
  const fallback = schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\``;
  const own = `| \`${path}\` | ${typeWord(schema)}${required} | ${fallback} | ${cell(schema.description ?? "")} |`;
  const inner = schema.type === "array" ? schema.items : schema;
  const tail = schema.type === "array" ? "[]." : ".";
  return [own, ...Object.keys(inner?.properties ?? {}).flatMap((name) => rows(inner ?? {}, name, `${path}${tail}`))];
}

function typeWord(schema: JsonSchemaProps): string {
  if (schema["x-kubernetes-int-or-string"]) return "integer or string";
  if (schema["x-kubernetes-preserve-unknown-fields"] && !schema.type) return "any";
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") return `list of ${typeWord(schema.items ?? {})}`;
  if (typeof schema.additionalProperties === "object") return `map of ${typeWord(schema.additionalProperties)}`;
  return schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "any");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
