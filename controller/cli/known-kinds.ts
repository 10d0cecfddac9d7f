import { apiVersionOf } from "../api/kind.ts";
import { builtinKinds } from "../apiserver/builtin/kinds.ts";
import { ownKinds } from "../apiserver/own-kinds.ts";
import type { KindLookup, KnownKind } from "../manifests/read-yaml.ts";

/** The kinds that this program can check before any server is asked: its own, and those of Kubernetes that SPORE serves. */
export function knownKinds(): KindLookup {
  // Of a kind that SPORE only lists (Service) it knows no fields; other servers do.
  const builtins = builtinKinds.map((served) => (served.verbs.includes("create") ? served : { kind: served.kind }));
  return kindLookup([...builtins, ...ownKinds()]);
}

/** Finds those `kinds` by what an object says of itself. */
export function kindLookup(kinds: readonly KnownKind[]): KindLookup {
  const byName = new Map(kinds.map((known) => [nameOf(apiVersionOf(known.kind), known.kind.kind), known]));
  return (apiVersion, kind) => byName.get(nameOf(apiVersion, kind));
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}
