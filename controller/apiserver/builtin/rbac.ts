import { selectorCauses } from "../../api/admission/selector-causes.ts";
import { invalidValue, requiredValue, unsupportedValue } from "../../api/causes.ts";
import type { Kind } from "../../api/kind.ts";
import { isDnsSubdomain } from "../../api/names.ts";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding, rbacGroup } from "../../api/rbac-kinds.ts";
import type { Cause } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import { refuseEscalation } from "../authz/escalation.ts";
import { listIn, selectorIn } from "../authz/rbac-object.ts";
import { pathSegmentFault } from "../metadata-causes.ts";
import { objectIn, textIn, textsIn } from "../object-meta.ts";
import type { ServedKind } from "../served-kind.ts";
import { ageColumn, nameColumn } from "../table-column.ts";
import { builtinKind, computedColumn, described, text, textAt } from "./builtin-kind.ts";

const textList = (description: string): JsonSchemaProps => ({
  type: "array",
  description,
  items: text,
  "x-kubernetes-list-type": "atomic",
});

const rules: JsonSchemaProps = {
  type: "array",
  description: "What the role allows; there are no rules that forbid.",
  "x-kubernetes-list-type": "atomic",
  items: {
    type: "object",
    description: "Verbs on resources, or verbs on paths.",
    properties: {
      verbs: textList("What may be done; * is everything."),
      apiGroups: textList("The groups of the resources; the core group is the empty text, * is every group."),
      resources: textList("Plurals such as nodes, subresources such as nodes/status; * is everything."),
      resourceNames: textList("Only the objects of these names; empty means all."),
      nonResourceURLs: textList("Paths such as /metrics; a * at the end stands for the rest. In ClusterRoles only."),
    },
  },
};

const labelSelector: JsonSchemaProps = {
  type: "object",
  description: "Selects by labels; all of it must hold.",
  "x-kubernetes-map-type": "atomic",
  properties: {
    matchLabels: { type: "object", description: "Labels and their values.", additionalProperties: text },
    matchExpressions: {
      type: "array",
      description: "Requirements on labels.",
      "x-kubernetes-list-type": "atomic",
      items: {
        type: "object",
        description: "One requirement.",
        properties: {
          key: described("The label."),
          operator: {
            type: "string",
            description: "How the label is compared.",
            enum: ["In", "NotIn", "Exists", "DoesNotExist"],
          },
          values: textList("The values for In and NotIn."),
        },
      },
    },
  },
};

/** As kubectl shows roles: when, not how long ago. */
const createdAt = computedColumn("Created At", "string", "When it was created.", (object) =>
  textAt(object, "metadata", "creationTimestamp"),
);

function roleOf(kind: Kind, description: string, properties: JsonSchemaProps["properties"] = {}): ServedKind {
  return builtinKind(kind, {
    names: "pathSegment",
    columns: [nameColumn, createdAt],
    hooks: {
      complete: withoutNull("rules"),
      check: (object) => [...roleCauses(object, kind.namespaced), ...aggregationCauses(object)],
      refuse: refuseEscalation,
    },
    schema: { type: "object", description, properties: { rules, ...properties } },
  });
}

export const servedRole = roleOf(Role, "Rights in one namespace.");
export const servedClusterRole = roleOf(
  ClusterRole,
  "Rights in the whole cluster, or in the namespace of a RoleBinding that names it.",
  {
    aggregationRule: {
      type: "object",
      description: "Gathers the rules of other ClusterRoles; the server then writes rules itself.",
      properties: {
        clusterRoleSelectors: {
          type: "array",
          description: "Which ClusterRoles; each that one of them selects.",
          "x-kubernetes-list-type": "atomic",
          items: labelSelector,
        },
      },
    },
  },
);

function bindingOf(kind: Kind, description: string): ServedKind {
  const wide = 1;
  const subjects = (title: string, of: string) =>
    computedColumn(title, "string", `The ${of}s that have the role.`, (object) => subjectNames(object, of), wide);
  return builtinKind(kind, {
    names: "pathSegment",
    columns: [
      nameColumn,
      computedColumn("Role", "string", "What it grants.", (object) => {
        return `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`;
      }),
      ageColumn,
      subjects("Users", "User"),
      subjects("Groups", "Group"),
      subjects("ServiceAccounts", "ServiceAccount"),
    ],
    hooks: {
      complete: withApiGroups,
      check: (object, old) => bindingCauses(object, old, kind.namespaced),
      refuse: refuseEscalation,
    },
    schema: {
      type: "object",
      description,
      properties: {
        roleRef: {
          type: "object",
          description: "The role. Cannot be changed: a binding to another role is another binding.",
          default: {},
          "x-kubernetes-map-type": "atomic",
          properties: {
            apiGroup: described(`The group of the role, ${rbacGroup}.`),
            kind: described("Role or ClusterRole."),
            name: described("The role's name."),
          },
        },
        subjects: {
          type: "array",
          description: "Who has the role.",
          "x-kubernetes-list-type": "atomic",
          items: {
            type: "object",
            description: "A user, a group or a service account.",
            "x-kubernetes-map-type": "atomic",
            properties: {
              kind: described("User, Group or ServiceAccount."),
              apiGroup: described("The group of the kind; empty for a ServiceAccount."),
              name: described("The name."),
              namespace: described("The namespace of a ServiceAccount."),
            },
          },
        },
      },
    },
  });
}

export const servedRoleBinding = bindingOf(RoleBinding, "Gives somebody a role in one namespace.");
export const servedClusterRoleBinding = bindingOf(ClusterRoleBinding, "Gives somebody a role in the whole cluster.");

/** Go writes lists that nobody set as null. */
function withoutNull(field: string): (object: JsonObject) => JsonObject {
  return (object) => {
    if (object[field] !== null) return object;
    const { [field]: _, ...rest } = object;
    return rest;
  };
}

function withApiGroups(object: JsonObject): JsonObject {
  const { subjects, roleRef, ...rest } = object;
  const named = Array.isArray(subjects) ? { subjects: subjects.map(withSubjectGroup) } : {};
  const ref = isJsonObject(roleRef) && !textIn(roleRef, "apiGroup") ? { ...roleRef, apiGroup: rbacGroup } : roleRef;
  return { ...rest, ...(ref === undefined ? {} : { roleRef: ref }), ...named };
}

function withSubjectGroup(subject: JsonValue): JsonValue {
  if (!isJsonObject(subject) || textIn(subject, "apiGroup") !== "") return subject;
  return ["User", "Group"].includes(textIn(subject, "kind")) ? { ...subject, apiGroup: rbacGroup } : subject;
}

function subjectNames(object: JsonObject, kind: string): string {
  return listIn(object, "subjects")
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === "ServiceAccount" ? `${namespace ?? ""}/${name}` : `${name}`))
    .join(", ");
}

function roleCauses(role: JsonObject, namespaced: boolean): readonly Cause[] {
  return listIn(role, "rules").flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, namespaced));
}

function ruleCauses(rule: JsonObject, field: string, namespaced: boolean): readonly Cause[] {
  const causes: Cause[] = [];
  if (textsIn(rule, "verbs").length === 0) {
    causes.push(requiredValue(`${field}.verbs`, "verbs must contain at least one value"));
  }
  const paths = textsIn(rule, "nonResourceURLs");
  const [groups, resources] = [textsIn(rule, "apiGroups"), textsIn(rule, "resources")];
  const wrongPaths = (why: string) => [...causes, invalidValue(`${field}.nonResourceURLs`, paths, why)];
  if (paths.length > 0) {
    if (namespaced) return wrongPaths("namespaced rules cannot apply to non-resource URLs");
    const also = groups.length + resources.length + textsIn(rule, "resourceNames").length;
    return also > 0 ? wrongPaths("rules cannot apply to both regular resources and non-resource URLs") : causes;
  }
  if (groups.length === 0) {
    causes.push(requiredValue(`${field}.apiGroups`, "resource rules must supply at least one api group"));
  }
  if (resources.length === 0) {
    causes.push(requiredValue(`${field}.resources`, "resource rules must supply at least one resource"));
  }
  return causes;
}

function aggregationCauses(role: JsonObject): readonly Cause[] {
  if (!isJsonObject(role.aggregationRule)) return [];
  const field = "aggregationRule.clusterRoleSelectors";
  const selectors = listIn(role.aggregationRule, "clusterRoleSelectors");
  if (selectors.length === 0) {
    return [requiredValue(field, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  }
  return selectors.flatMap((selector, index) => {
    const causes = selectorCauses(selectorIn(selector), `${field}[${index}]`);
    return causes.length === 0 ? [] : [...causes, invalidValue(`${field}[${index}]`, null, "invalid label selector.")];
  });
}

function bindingCauses(binding: JsonObject, old: JsonObject | undefined, namespaced: boolean): readonly Cause[] {
  const ref = objectIn(binding, "roleRef");
  const causes = [
    ...oneOf("roleRef.apiGroup", textIn(ref, "apiGroup"), [rbacGroup]),
    ...oneOf("roleRef.kind", textIn(ref, "kind"), namespaced ? [Role.kind, ClusterRole.kind] : [ClusterRole.kind]),
    ...roleNameCauses(textIn(ref, "name")),
    ...listIn(binding, "subjects").flatMap((subject, index) => subjectCauses(subject, index, namespaced)),
  ];
  if (old === undefined || isSameJson(ref, objectIn(old, "roleRef"))) return causes;
  const shown = { APIGroup: textIn(ref, "apiGroup"), Kind: textIn(ref, "kind"), Name: textIn(ref, "name") };
  return [...causes, invalidValue("roleRef", shown, "cannot change roleRef")];
}

function roleNameCauses(name: string): readonly Cause[] {
  if (name === "") return [missing("roleRef.name")];
  const fault = pathSegmentFault(name);
  return fault === undefined ? [] : [invalidValue("roleRef.name", name, fault)];
}

function subjectCauses(subject: JsonObject, index: number, namespaced: boolean): readonly Cause[] {
  const at = (field: string) => `subjects[${index}].${field}`;
  const [kind, name] = [textIn(subject, "kind"), textIn(subject, "name")];
  const nameless = name === "" ? [missing(at("name"))] : [];
  if (kind === "User" || kind === "Group") {
    return [...nameless, ...oneOf(at("apiGroup"), textIn(subject, "apiGroup"), [rbacGroup])];
  }
  if (kind !== "ServiceAccount") return [...nameless, ...oneOf(at("kind"), kind, ["ServiceAccount", "User", "Group"])];
  const homeless = !namespaced && textIn(subject, "namespace") === "";
  return [
    ...nameless,
    ...(name === "" || isDnsSubdomain(name) ? [] : [invalidValue(at("name"), name, subdomainFault)]),
    ...oneOf(at("apiGroup"), textIn(subject, "apiGroup"), [""]),
    ...(homeless ? [missing(at("namespace"))] : []),
  ];
}

/** Word for word kube-apiserver's. */
const subdomainFault =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function oneOf(field: string, value: string, supported: readonly string[]): readonly Cause[] {
  return supported.includes(value) ? [] : [unsupportedValue(field, value, supported)];
}

function missing(field: string): Cause {
  return { reason: "FieldValueRequired", message: "Required value", field };
}
