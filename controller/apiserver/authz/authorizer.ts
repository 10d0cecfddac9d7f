import type { PolicyRule } from "../../api/policy-rule.ts";
import type { RoleRef } from "../../api/rbac-kinds.ts";
import type { User } from "../user.ts";
import type { Attributes } from "./attributes.ts";

/** What came of the question whether somebody may do something. */
export interface Decision {
  readonly allowed: boolean;
  /** Why, for people; empty when there is nothing to say. Made when asked for, because nobody asks while all goes well. */
  reason(): string;
}

/** All that somebody may do in one namespace. */
export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  /** What is wrong with bindings that concern them. */
  readonly faults: readonly string[];
}

/** Knows who may do what. Answers from memory, so that asking costs next to nothing. */
export interface Authorizer {
  decide(user: User, wanted: Attributes): Decision;
  /** @param namespace undefined: only what holds everywhere. */
  rulesOf(user: User, namespace: string | undefined): HeldRules;
  /** The rules that a binding in `namespace` would grant; undefined when there is no such role. */
  rulesOfRole(role: Pick<RoleRef, "kind" | "name">, namespace: string | undefined): readonly PolicyRule[] | undefined;
}

/** What one user may do: an authorizer with the user filled in. */
export interface Rights {
  readonly user: User;
  readonly authorizer: Authorizer;
}

/** Whether the bearer of `rights` may do something. */
export function may({ user, authorizer }: Rights, wanted: Attributes): boolean {
  return authorizer.decide(user, wanted).allowed;
}
