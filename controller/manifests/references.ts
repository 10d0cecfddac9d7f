import { ConfigMap, Secret } from "../api/core-kinds.ts";
import { Firmware } from "../api/firmware.ts";
import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { NodeGroup } from "../api/node-group.ts";

/** One object naming another of its namespace. */
export interface Reference {
  readonly kind: Kind;
  readonly name: string;
  /** Where it names it. */
  readonly field: string;
}

/** What an object of ours refers to by name. */
export function referencesOf(object: Resource): readonly Reference[] {
  if (object.kind !== NodeGroup.kind || !object.apiVersion.startsWith(`${NodeGroup.group}/`)) return [];
  const { template } = (object as NodeGroup).spec;
  const config = (template.config ?? []).flatMap(({ configMapRef, secretRef }, index): readonly Reference[] => {
    const field = `spec.template.config[${index}]`;
    if (configMapRef) return [{ kind: ConfigMap, name: configMapRef.name, field: `${field}.configMapRef.name` }];
    if (secretRef) return [{ kind: Secret, name: secretRef.name, field: `${field}.secretRef.name` }];
    return [];
  });
  const name = template.firmware?.name;
  return name === undefined ? config : [{ kind: Firmware, name, field: "spec.template.firmware.name" }, ...config];
}
