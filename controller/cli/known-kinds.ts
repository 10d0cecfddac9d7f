import { apiVersionOf } from "../api/kind.ts";
import { builtinKinds } from "../apiserver/builtin/kinds.ts";
import { ownKinds } from "../apiserver/own-kinds.ts";
import type { KindLookup } from "../manifests/read-yaml.ts";

/** The kinds that this program can check before any server is asked: its own, and those of Kubernetes that SPORE serves. */
export function knownKinds(): KindLookup {
  const kinds = new Map(
    [...builtinKinds, ...ownKinds()].map((served) => [nameOf(apiVersionOf(served.kind), served.kind.kind), served]),
  );
  return (apiVersion, kind) => kinds.get(nameOf(apiVersion, kind));
}

function nameOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}
