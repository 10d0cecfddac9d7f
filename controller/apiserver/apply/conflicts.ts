import { SporeError } from "../../base/errors.ts";
import type { ManagedEntry } from "./managed-fields.ts";
import type { FieldConflict } from "./ownership.ts";

/** So many fields are named; there may be as many as an object has. */
const namedMax = 1000;

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
      : `Apply failed with ${causes.length} conflicts: ${conflictsText(managers)}`;
  return new SporeError("SPORE_CONFLICT", message, { causes: causes.slice(0, namedMax) });
}

interface ManagerConflicts {
  readonly name: string;
  readonly paths: readonly string[];
}

function conflictsText(managers: readonly ManagerConflicts[]): string {
  const lines = managers.flatMap(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)]);
  const hidden = lines.length - namedMax;
  return hidden <= 0 ? lines.join("\n") : [...lines.slice(0, namedMax), `and ${hidden} lines more`].join("\n");
}

function managerText({ manager, operation, subresource, apiVersion }: Omit<ManagedEntry, "fields">): string {
  const name = JSON.stringify(manager) + (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}
