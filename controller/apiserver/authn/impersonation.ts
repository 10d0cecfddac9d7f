import { SporeError } from "../../base/errors.ts";
import type { ResourceAttributes } from "../authz/attributes.ts";
import type { Rights } from "../authz/authorizer.ts";
import { forbidden } from "../authz/forbidden.ts";
import { anonymous, authenticatedGroup, type User, unauthenticatedGroup } from "../user.ts";
import { serviceAccountIn, serviceAccountUser } from "./service-account-tokens.ts";

/** As whom a request wants to be answered, from the headers `Impersonate-…`. */
export interface Impersonation {
  /** Empty when headers name groups and the like, but nobody they belong to. */
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const prefix = "impersonate-";
const extraPrefix = "impersonate-extra-";

/**
 * Reads the headers.
 *
 * @param rawHeaders names and values in turn, as they came: a name that comes twice must not be joined, because groups may contain commas.
 * @returns undefined when there are none.
 * @throws SporeError `SPORE_BAD_REQUEST` for two users.
 */
export function readImpersonation(rawHeaders: readonly string[]): Impersonation | undefined {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    if (name.startsWith(prefix) && value !== "") found.set(name, [...(found.get(name) ?? []), value]);
  }
  if (found.size === 0) return undefined;
  const extra = [...found].filter(([name]) => name.startsWith(extraPrefix));
  return {
    user: single(found, "impersonate-user"),
    groups: found.get("impersonate-group") ?? [],
    uid: single(found, "impersonate-uid"),
    extra: Object.fromEntries(extra.map(([name, values]) => [extraKey(name.slice(extraPrefix.length)), values])),
  };
}

function single(found: ReadonlyMap<string, readonly string[]>, name: string): string {
  const values = found.get(name) ?? [];
  if (values.length <= 1) return values[0] ?? "";
  throw new SporeError("SPORE_BAD_REQUEST", `the header ${name} is given ${values.length} times; one is taken`);
}

/** Keys are percent-encoded, because they may hold what a header's name may not. */
function extraKey(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return text; // as kube-apiserver does: it is what it looks like
  }
}

/**
 * The user as whom a request is answered.
 *
 * @throws SporeError `SPORE_FORBIDDEN` when `rights` do not include the verb `impersonate` on each part of it, `SPORE_BAD_REQUEST` when there is no user.
 */
export function impersonate(wanted: Impersonation, rights: Rights): User {
  if (wanted.user === "") {
    throw new SporeError("SPORE_BAD_REQUEST", "requested a group, uid or extra without impersonating a user");
  }
  for (const attributes of attributesOf(wanted)) {
    const decision = rights.authorizer.decide(rights.user, attributes);
    if (!decision.allowed) throw forbidden(rights.user, attributes, decision.reason());
  }
  const { user: name, uid, extra } = wanted;
  const facts = { ...(uid === "" ? {} : { uid }), ...(Object.keys(extra).length === 0 ? {} : { extra }) };
  return { name, groups: groupsOf(wanted), ...facts };
}

/** Whoever is impersonated is known, unless they are meant not to be. */
function groupsOf({ user, groups }: Impersonation): readonly string[] {
  const account = serviceAccountIn(user);
  if (groups.length === 0 && account !== undefined) return serviceAccountUser(account.namespace, account.name).groups;
  if (user === anonymous.name) return groups.length === 0 ? anonymous.groups : groups;
  const isSaid = groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup);
  return isSaid ? groups : [...groups, authenticatedGroup];
}

function attributesOf({ user, groups, uid, extra }: Impersonation): readonly ResourceAttributes[] {
  const account = serviceAccountIn(user);
  const authentication = "authentication.k8s.io";
  return [
    account === undefined
      ? part("", "users", user)
      : { ...part("", "serviceaccounts", account.name), namespace: account.namespace },
    ...groups.map((group) => part("", "groups", group)),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((value) => ({ ...part(authentication, "userextras", value), subresource })),
    ),
    ...(uid === "" ? [] : [part(authentication, "uids", uid)]),
  ];
}

function part(group: string, plural: string, name: string): ResourceAttributes {
  return { kind: "resource", verb: "impersonate", group, plural, name };
}
