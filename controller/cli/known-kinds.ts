import { apiVersionOf } from "../api/kind.ts";
import { builtinKinds } from "../apiserver/builtin/kinds.ts";
import { ownKinds } from "../apiserver/own-kinds.ts";
import type { ServedKind } from "../apiserver/served-kind.ts";
import type { KindLookup, KnownKind } from "../manifests/read-yaml.ts";

/** The kinds that this program can check before any server is asked: its own, and those of Kubernetes that SPORE serves. */
export function knownKinds(): KindLookup {
  const builtins = builtinKinds.map((served) => (isTaken(served) ? served : { kind: served.kind }));
  return kindLookup([...builtins, ...ownKinds()]);
}

/** Whether SPORE takes such objects. Of those that it only lists (Service) it knows no fields, and other servers do. */
export function isTaken({ verbs }: ServedKind): boolean {
  return verbs.includes("create");
}

/** Finds those `kinds` by what an object says of itself. */
export function kindLookup(kinds: readonly KnownKind[]): KindLookup {
  const byName = new Map(kinds.map((known) => [nameOf(apiVersionOf(known.kind), known.kind.kind), known]));
  return (apiVersion, kind) => byName.get(nameOf(apiVersion, kind));
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}
