import { resourceName } from "../api/kind.ts";
import type { ApiRequest } from "../api/transport.ts";
import type { Clock } from "../base/clock.ts";
import { type Cause, SporeError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { Store } from "../store/store.ts";
import type { Identities } from "./authn/identities.ts";
import type { Rights } from "./authz/authorizer.ts";
import type { Collection } from "./collection.ts";
import type { KeyedLock } from "./keyed-lock.ts";
import { causesText } from "./list-options.ts";
import type { Namespaces } from "./namespaces.ts";
import type { AnswerForm } from "./negotiate.ts";
import type { ServedKind } from "./served-kind.ts";
import type { User } from "./user.ts";

/** What an answer is made with, wherever the objects come from. */
export interface AnswerMeans {
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when the server shuts down; open watches end then. */
  readonly closing: AbortSignal;
}

/** What the verbs work with; one for the whole server. */
export interface Workshop extends AnswerMeans {
  readonly store: Store;
  readonly namespaces: Namespaces;
  readonly identities: Identities;
  /** Held while an object is read, changed and written. */
  readonly locks: KeyedLock;
}

/** One request for objects of one kind, authorized. */
export interface Call {
  readonly request: ApiRequest;
  readonly user: User;
  /** What else the user may do: some writes need more than the right to write. */
  readonly rights: Rights;
  readonly collection: Collection;
  /** Undefined for cluster-scoped kinds, and for all namespaces at once. */
  readonly namespace: string | undefined;
  readonly subresource: "status" | "scale" | undefined;
  /** The object that is meant; undefined for a collection. */
  readonly name?: string;
  /** What the client wants to be answered with. */
  readonly form: AnswerForm;
  /** Sends the user a warning with the answer. */
  readonly warn: (text: string) => void;
}

/** One request for one object. */
export interface ObjectCall extends Call {
  readonly name: string;
}

/** The refusal of an object, in Kubernetes' words: `Node.spore.dev "a" is invalid: spec.family: Required value`. */
export function invalid({ kind }: ServedKind, name: string, causes: readonly Cause[]): SporeError {
  const what = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new SporeError("SPORE_INVALID", `${what} "${name}" is invalid: ${causesText(causes)}`, {
    name,
    group: kind.group,
    kind: kind.kind,
    causes,
  });
}

/** `SPORE_FORBIDDEN` for one object, with the reason why. */
export function forbiddenObject(
  { kind }: ServedKind,
  name: string,
  why: string,
  causes?: readonly Cause[],
): SporeError {
  const resource = resourceName(kind);
  const details = { name, group: kind.group, kind: kind.plural, ...(causes === undefined ? {} : { causes }) };
  return new SporeError("SPORE_FORBIDDEN", `${resource} "${name}" is forbidden: ${why}`, details);
}

/** `SPORE_CONFLICT` for one object. */
export function conflict({ kind }: ServedKind, name: string, why?: string): SporeError {
  const resource = resourceName(kind);
  const reason = why ?? "the object has been modified; please apply your changes to the latest version and try again";
  const message = `Operation cannot be fulfilled on ${resource} "${name}": ${reason}`;
  return new SporeError("SPORE_CONFLICT", message, { name, group: kind.group, kind: kind.plural });
}
