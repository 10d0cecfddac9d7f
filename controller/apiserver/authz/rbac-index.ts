import type { PolicyRule } from "../../api/policy-rule.ts";
import { type RoleRef, rbacGroup, type Subject } from "../../api/rbac-kinds.ts";
import type { JsonObject } from "../../base/json.ts";
import { mastersGroup, type User } from "../user.ts";
import type { Attributes } from "./attributes.ts";
import type { Authorizer, Decision, HeldRules } from "./authorizer.ts";
import { roleRefIn, rulesIn, subjectsIn } from "./rbac-object.ts";
import { ruleAllows } from "./rule-match.ts";

/** Where a role or binding lies. */
export interface RbacAddress {
  readonly plural: string;
  /** Empty for the kinds of the cluster. */
  readonly namespace: string;
  readonly name: string;
}

interface Binding extends RbacAddress {
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

/** One binding as it concerns one user. */
interface Grant {
  readonly binding: Binding;
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[];
}

/** What the bindings of one namespace, or of the cluster, give one user. */
interface Grants {
  readonly grants: readonly Grant[];
  readonly faults: readonly string[];
}

const noGrants: Grants = { grants: [], faults: [] };
const clusterWide = "";

/**
 * Roles and bindings in memory, by whom they concern. `system:masters` may do everything whatever they say, so that nobody can lock the operator out.
 *
 * What a user was found to hold is kept for as long as nothing changes and somebody keeps that very `User`.
 */
export class RbacIndex implements Authorizer {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #bindings = new Map<string, Binding>();
  /** By namespace, then by subject. */
  readonly #bySubject = new Map<string, Map<string, Set<Binding>>>();
  #held = new WeakMap<User, Map<string, Grants>>();

  /** Takes an object in, or in place of its former state. */
  put(address: RbacAddress, object: JsonObject): void {
    this.#forget(address);
    const key = keyOf(address);
    if (isRole(address)) this.#roles.set(key, rulesIn(object));
    else {
      const binding = { ...address, roleRef: roleRefIn(object), subjects: subjectsIn(object) };
      this.#bindings.set(key, binding);
      for (const subject of subjectKeys(binding)) this.#bindingsOf(binding.namespace, subject).add(binding);
    }
    this.#held = new WeakMap();
  }

  remove(address: RbacAddress): void {
    this.#forget(address);
    this.#held = new WeakMap();
  }

  clear(): void {
    this.#roles.clear();
    this.#bindings.clear();
    this.#bySubject.clear();
    this.#held = new WeakMap();
  }

  decide(user: User, wanted: Attributes): Decision {
    if (user.groups.includes(mastersGroup)) return allowed;
    const namespace = wanted.kind === "resource" ? wanted.namespace : undefined;
    const parts = this.#parts(user, namespace);
    for (const { grants } of parts) {
      for (const grant of grants) {
        if (grant.rules.some((rule) => ruleAllows(rule, wanted)))
          return { allowed: true, reason: () => allowing(grant) };
      }
    }
    const faults = parts.flatMap((part) => part.faults);
    return faults.length === 0 ? refused : { allowed: false, reason: () => `RBAC: ${listed(faults)}` };
  }

  rulesOf(user: User, namespace: string | undefined): HeldRules {
    const parts = this.#parts(user, namespace);
    return {
      rules: parts.flatMap(({ grants }) => grants.flatMap(({ rules }) => rules)),
      faults: parts.flatMap(({ faults }) => faults),
    };
  }

  rulesOfRole(role: Pick<RoleRef, "kind" | "name">, namespace: string | undefined): readonly PolicyRule[] | undefined {
    return this.#roles.get(roleKey(role, namespace ?? clusterWide));
  }

  /** What holds everywhere, then what holds in the namespace. */
  #parts(user: User, namespace: string | undefined): readonly Grants[] {
    const everywhere = this.#grantsOf(user, clusterWide);
    if (namespace === undefined || namespace === clusterWide) return [everywhere];
    return [everywhere, this.#grantsOf(user, namespace)];
  }

  #grantsOf(user: User, namespace: string): Grants {
    const bySubject = this.#bySubject.get(namespace);
    if (bySubject === undefined) return noGrants; // kept for nobody: clients name namespaces as they like
    let known = this.#held.get(user);
    if (known === undefined) {
      known = new Map();
      this.#held.set(user, known);
    }
    let grants = known.get(namespace);
    if (grants === undefined) {
      grants = this.#resolved(user, bySubject);
      known.set(namespace, grants);
    }
    return grants;
  }

  #resolved(user: User, bySubject: ReadonlyMap<string, ReadonlySet<Binding>>): Grants {
    const keys = [userKey(user.name), ...user.groups.map(groupKey)];
    const bindings = new Set(keys.flatMap((key) => [...(bySubject.get(key) ?? [])]));
    const inOrder = [...bindings].sort((a, b) => (a.name < b.name ? -1 : 1));
    const grants: Grant[] = [];
    const faults: string[] = [];
    for (const binding of inOrder) {
      const rules = this.#roles.get(roleKey(binding.roleRef, binding.namespace));
      const subject = binding.subjects.find((one) => keys.includes(subjectKey(one, binding.namespace)));
      if (rules === undefined) faults.push(missingRole(binding.roleRef));
      else if (subject !== undefined) grants.push({ binding, subject, rules });
    }
    return { grants, faults };
  }

  #forget(address: RbacAddress): void {
    const key = keyOf(address);
    this.#roles.delete(key);
    const binding = this.#bindings.get(key);
    if (binding === undefined) return;
    this.#bindings.delete(key);
    for (const subject of subjectKeys(binding)) {
      const bindings = this.#bindingsOf(binding.namespace, subject);
      bindings.delete(binding);
      if (bindings.size === 0) this.#bySubject.get(binding.namespace)?.delete(subject);
    }
    if (this.#bySubject.get(binding.namespace)?.size === 0) this.#bySubject.delete(binding.namespace);
  }

  #bindingsOf(namespace: string, subject: string): Set<Binding> {
    const bySubject = this.#bySubject.get(namespace) ?? new Map<string, Set<Binding>>();
    this.#bySubject.set(namespace, bySubject);
    const bindings = bySubject.get(subject) ?? new Set<Binding>();
    bySubject.set(subject, bindings);
    return bindings;
  }
}

const allowed: Decision = { allowed: true, reason: () => "" };
const refused: Decision = { allowed: false, reason: () => "" };

function isRole({ plural }: RbacAddress): boolean {
  return plural === "roles" || plural === "clusterroles";
}

function keyOf({ plural, namespace, name }: RbacAddress): string {
  return `${plural}/${namespace}/${name}`;
}

/** Where the role lies that a binding in `namespace` names. */
function roleKey({ kind, name }: Pick<RoleRef, "kind" | "name">, namespace: string): string {
  return kind === "ClusterRole"
    ? keyOf({ plural: "clusterroles", namespace: clusterWide, name })
    : keyOf({ plural: "roles", namespace, name });
}

function subjectKeys({ subjects, namespace }: Binding): readonly string[] {
  return [...new Set(subjects.map((subject) => subjectKey(subject, namespace)))];
}

/** A service account is the user of that name. One without a namespace is meant in that of the binding. */
function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind === "Group") return groupKey(name);
  if (kind === "User") return userKey(name);
  return userKey(`system:serviceaccount:${namespace || bindingNamespace}:${name}`);
}

function userKey(name: string): string {
  return `user ${name}`;
}

function groupKey(name: string): string {
  return `group ${name}`;
}

/** As kube-apiserver says it: the binding's name stands before its namespace. */
function allowing({ binding, subject }: Grant): string {
  const { roleRef, namespace, name } = binding;
  const what = namespace === clusterWide ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const who = subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `RBAC: allowed by ${what} of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}

function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.${rbacGroup} "${name}" not found`;
}

/** Several errors as Kubernetes writes them. */
export function listed(texts: readonly string[]): string {
  const once = [...new Set(texts)];
  return once.length === 1 ? (once[0] ?? "") : `[${once.join(", ")}]`;
}
