import { type Kind, resourceName } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { SporeError } from "../../base/errors.ts";
import type { Session } from "./session.ts";

/** Which objects of a kind are meant, where none is named. */
export interface Choice {
  readonly selector?: string;
  readonly all?: boolean;
}

/** In the words of kubectl: `nodes.spore.dev "x" not found`. */
export function notFound(kind: Kind, name: string): SporeError {
  const hint = `sporectl get ${kind.plural} lists what there is`;
  return new SporeError("SPORE_NOT_FOUND", `${resourceName(kind)} "${name}" not found`, {
    name,
    kind: kind.plural,
    hint,
  });
}

/** The namespace to look for a kind in, as a part of a key or of list options. */
export function scopeOf(kind: Kind, namespace: string): { readonly namespace?: string } {
  return kind.namespaced ? { namespace } : {};
}

/** @throws SporeError `SPORE_NOT_FOUND`. */
export async function readObject<T extends Resource>(
  kind: Kind<T>,
  name: string,
  session: Session,
  signal: AbortSignal,
): Promise<T> {
  const object = await session.client.get(kind, { ...scopeOf(kind, session.namespace), name }, signal);
  if (object) return object;
  throw notFound(kind, name);
}

/**
 * The objects that a verb which changes things is meant for. Never all of them unless that was said.
 *
 * @param verb for the complaint: `delete`.
 * @throws SporeError `SPORE_USAGE` when nothing was chosen, or a name and a choice; `SPORE_NOT_FOUND` for a name that there is not.
 */
export async function chosenObjects<T extends Resource>(
  { kind, name }: { readonly kind: Kind<T>; readonly name: string | undefined },
  choice: Choice,
  verb: string,
  session: Session,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const { selector, all } = choice;
  if (name !== undefined) {
    refuseBoth(choice);
    return [await readObject(kind, name, session, signal)];
  }
  if (selector === undefined && !all) {
    throw new SporeError("SPORE_USAGE", `say which ${kind.plural} to ${verb}`, {
      hint: "name them, or say -l LABELS or --all",
    });
  }
  const selectors = selector === undefined ? {} : { labelSelector: selector };
  return (await session.client.list(kind, { ...scopeOf(kind, session.namespace), ...selectors }, signal)).items;
}

/** Names and a choice at once would leave open which of them counts. */
export function refuseBoth({ selector, all }: Choice): void {
  if (selector === undefined && !all) return;
  throw new SporeError("SPORE_USAGE", `names and ${all ? "--all" : "-l"} at once`, { hint: "say one or the other" });
}
