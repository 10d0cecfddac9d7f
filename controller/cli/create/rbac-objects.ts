import type { Command as Parser } from "commander";
import type { Kind } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import type { Io } from "../io.ts";
import { openSession, type Session } from "../session/session.ts";
import { addCreateOptions, type CreateObjectOptions, createObject } from "./create-object.ts";

const group = "rbac.authorization.k8s.io";

function rbacKind(kind: string, plural: string, namespaced: boolean): Kind {
  return { group, version: "v1", kind, plural, namespaced };
}

const roleKinds: readonly Kind[] = [rbacKind("Role", "roles", true), rbacKind("ClusterRole", "clusterroles", false)];
const bindingKinds: readonly Kind[] = [
  rbacKind("RoleBinding", "rolebindings", true),
  rbacKind("ClusterRoleBinding", "clusterrolebindings", false),
];

const collect = (word: string, before: readonly string[] = []) => [...before, ...word.split(",")];

interface RoleOptions extends CreateObjectOptions {
  readonly verb?: readonly string[];
  readonly resource?: readonly string[];
  readonly resourceName?: readonly string[];
}

/** `sporectl create role NAME --verb get --resource nodes`, and the same for a whole cluster. */
export function defineRoles(parent: Parser, io: Io, finish: (code: number) => void): void {
  for (const kind of roleKinds) {
    const parser = parent
      .command(kind.kind.toLowerCase())
      .description(kind.namespaced ? "What may be done in a namespace." : "What may be done everywhere.")
      .argument("<name>", "its name");
    addCreateOptions(parser)
      .option("--verb <verbs>", "get, list, watch, create, update, patch, delete or *", collect)
      .option("--resource <resources>", "such as nodes.spore.dev, secrets or nodes.spore.dev/status", collect)
      .option("--resource-name <names>", "only objects of these names", collect)
      .action(async (name: string, _options: RoleOptions, command) => {
        const options: RoleOptions = command.optsWithGlobals();
        const rules = await rulesOf(options, io);
        const object = { apiVersion: `${group}/v1`, kind: kind.kind, metadata: { name }, rules };
        finish(await createObject(kind, object, options, io));
      });
  }
}

async function rulesOf(
  { verb = [], resource = [], resourceName, ...options }: RoleOptions,
  io: Io,
): Promise<readonly object[]> {
  if (verb.length === 0 || resource.length === 0) {
    throw new SporeError("SPORE_USAGE", `say ${verb.length === 0 ? "--verb" : "--resource"}`, {
      hint: "for example --verb get,list --resource nodes.spore.dev",
    });
  }
  await using session = await openSession(options, io);
  const byGroup = new Map<string, string[]>();
  for (const word of resource) {
    const { kind, rest } = resolve(word, session);
    byGroup.set(kind.group, [...(byGroup.get(kind.group) ?? []), `${kind.plural}${rest}`]);
  }
  return [...byGroup].map(([apiGroup, resources]) => ({
    apiGroups: [apiGroup],
    ...(resourceName && { resourceNames: [...resourceName] }),
    resources,
    verbs: [...verb],
  }));
}

function resolve(word: string, { names }: Session): { readonly kind: Kind; readonly rest: string } {
  const slash = word.indexOf("/");
  const [kind] = names.resolve(slash < 0 ? word : word.slice(0, slash));
  if (kind) return { kind, rest: slash < 0 ? "" : word.slice(slash) };
  throw new SporeError("SPORE_USAGE", `--resource=${word}: the server has no such resource`);
}

interface BindingOptions extends CreateObjectOptions {
  readonly role?: string;
  readonly clusterrole?: string;
  readonly user?: readonly string[];
  readonly group?: readonly string[];
  readonly serviceaccount?: readonly string[];
}

/** `sporectl create rolebinding NAME --role ROLE --user USER`, and the same for a whole cluster. */
export function defineBindings(parent: Parser, io: Io, finish: (code: number) => void): void {
  for (const kind of bindingKinds) {
    const parser = parent
      .command(kind.kind.toLowerCase())
      .description(`Who may do what a role says, ${kind.namespaced ? "in a namespace" : "everywhere"}.`)
      .argument("<name>", "its name");
    addCreateOptions(parser)
      .option("--role <name>", "the role, of the same namespace")
      .option("--clusterrole <name>", "the cluster role, such as view, edit or admin")
      .option("--user <names>", "users", collect)
      .option("--group <names>", "groups", collect)
      .option("--serviceaccount <namespace:name>", "service accounts", collect)
      .action(async (name: string, _options: BindingOptions, command) => {
        const options: BindingOptions = command.optsWithGlobals();
        const object = { apiVersion: `${group}/v1`, kind: kind.kind, metadata: { name }, ...bindingOf(kind, options) };
        finish(await createObject(kind, object, options, io));
      });
  }
}

function bindingOf(
  kind: Kind,
  { role, clusterrole, user = [], group: groups = [], serviceaccount = [] }: BindingOptions,
): object {
  if (role !== undefined && !kind.namespaced) {
    throw new SporeError("SPORE_USAGE", "--role in a ClusterRoleBinding", {
      hint: "a whole cluster takes a --clusterrole",
    });
  }
  if ((role === undefined) === (clusterrole === undefined)) {
    throw new SporeError("SPORE_USAGE", "say exactly one of --role and --clusterrole");
  }
  const subjects = [
    ...user.map((name) => ({ apiGroup: group, kind: "User", name })),
    ...groups.map((name) => ({ apiGroup: group, kind: "Group", name })),
    ...serviceaccount.map(serviceAccountSubject),
  ];
  const roleRef = { apiGroup: group, kind: role === undefined ? "ClusterRole" : "Role", name: role ?? clusterrole };
  return { roleRef, subjects };
}

function serviceAccountSubject(word: string): object {
  const [namespace, name, ...rest] = word.split(":");
  if (namespace && name && rest.length === 0) return { kind: "ServiceAccount", name, namespace };
  throw new SporeError("SPORE_USAGE", `--serviceaccount=${word}: no service account`, {
    hint: "write it as NAMESPACE:NAME",
  });
}
