import { resourceName } from "../api/kind.ts";
import { SporeError } from "../base/errors.ts";
import type { RequestInfo, ResourceRequest } from "./request-info.ts";
import type { Verb } from "./served-kind.ts";
import { authenticatedGroup, controllersGroup, mastersGroup, type User } from "./user.ts";

/** Something that a user may do. */
interface Rule {
  readonly group: string;
  /** Plurals, and `plural/subresource`. */
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
}

const read: readonly Verb[] = ["get", "list", "watch"];
/** What the garbage collector does to dependents: delete them, or take an owner or finalizer off them. */
const collect: readonly Verb[] = ["delete", "patch"];

/** All that reconcilers may do; everything else is refused to them, so a fault in one stays small. */
const controllerRules: readonly Rule[] = [
  { group: "spore.dev", resources: ["nodes"], verbs: [...read, ...collect, "create", "update"] },
  { group: "spore.dev", resources: ["nodegroups", "firmwares"], verbs: [...read, ...collect, "update"] },
  { group: "spore.dev", resources: ["nodegrouprevisions"], verbs: [...read, ...collect, "create"] },
  {
    group: "spore.dev",
    resources: ["nodes/status", "nodegroups/status", "firmwares/status"],
    verbs: ["get", "patch", "update"],
  },
  { group: "live.spore.dev", resources: ["livenodes"], verbs: read },
  { group: "", resources: ["namespaces"], verbs: read },
  { group: "", resources: ["configmaps"], verbs: [...read, ...collect] },
  { group: "", resources: ["secrets"], verbs: [...read, ...collect, "create"] },
  { group: "", resources: ["events"], verbs: [...read, ...collect, "create", "update"] },
  { group: "coordination.k8s.io", resources: ["leases"], verbs: [...read, ...collect, "create", "update"] },
  { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"], verbs: read },
];

/** Paths that anybody may read: a client must find out what it talks to before it can prove who it is. */
const publicPaths: readonly string[] = ["version", "healthz", "livez", "readyz"];
/** Paths that everybody who proved who they are may read. */
const commonPaths: readonly string[] = ["api", "apis", "openapi"];

/** Whether `user` may do what `info` says. Whether the object exists plays no part, so a refusal tells nothing about it. */
export function mayDo(user: User, info: RequestInfo): boolean {
  if (user.groups.includes(mastersGroup)) return true;
  if (info.kind === "resource") {
    return user.groups.includes(controllersGroup) && controllerRules.some((rule) => allows(rule, info));
  }
  const root = info.segments[0] ?? "";
  if (info.verb !== "get" && info.verb !== "head") return false;
  if (publicPaths.includes(root)) return true;
  if (user.groups.includes(controllersGroup) && root === "artifacts") return true;
  return user.groups.includes(authenticatedGroup) && commonPaths.includes(root);
}

function allows(rule: Rule, { group, plural, subresource, verb }: ResourceRequest): boolean {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return rule.group === group && rule.resources.includes(resource) && rule.verbs.includes(verb);
}

/** The refusal, in the words that Kubernetes' clients expect. */
export function forbidden(user: User, info: RequestInfo): SporeError {
  if (info.kind === "path") {
    const path = `/${info.segments.join("/")}`;
    return new SporeError("SPORE_FORBIDDEN", `forbidden: User "${user.name}" cannot ${info.verb} path "${path}"`);
  }
  const { group, plural, name, namespace, verb, subresource } = info;
  const what = resourceName(info);
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const subject = name === undefined ? what : `${what} "${name}"`;
  const message = `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return new SporeError("SPORE_FORBIDDEN", message, { group, kind: plural, ...(name === undefined ? {} : { name }) });
}
