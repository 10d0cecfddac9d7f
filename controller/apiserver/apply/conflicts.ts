import { SporeError } from "../../base/errors.ts";
import type { ManagedEntry } from "./managed-fields.ts";
import type { FieldConflict } from "./ownership.ts";

/** The refusal of an apply that would take fields from others, in Kubernetes' words. */
export function applyConflict(conflicts: readonly FieldConflict[]): SporeError {
  const managers = conflicts
    .map(({ manager, fields }) => ({ name: managerText(manager), paths: [...fields.paths()] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const causes = managers.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${name}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${managers.map(conflictsText).join("\n")}`;
  return new SporeError("SPORE_CONFLICT", message, { causes });
}

function conflictsText({ name, paths }: { readonly name: string; readonly paths: readonly string[] }): string {
  return [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)].join("\n");
}

function managerText({ manager, operation, subresource, apiVersion }: Omit<ManagedEntry, "fields">): string {
  const name = JSON.stringify(manager) + (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}
