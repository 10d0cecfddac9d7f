import { invalidValue } from "../../api/causes.ts";
import {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from "../../api/identity-kinds.ts";
import type { Kind } from "../../api/kind.ts";
import type { PolicyRule } from "../../api/policy-rule.ts";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import type { Attributes } from "../authz/attributes.ts";
import { listed } from "../authz/rbac-index.ts";
import { type Call, invalid } from "../call.ts";
import { objectIn, textIn, textsIn } from "../object-meta.ts";
import type { ServedKind } from "../served-kind.ts";
import type { User } from "../user.ts";
import { builtinKind, described, text } from "./builtin-kind.ts";

const attributes: JsonSchemaProps["properties"] = {
  resourceAttributes: {
    type: "object",
    description: "What is to be done to objects.",
    properties: {
      namespace: described("The namespace; empty for all of them, and for objects of the cluster."),
      verb: described("Such as get, list or create."),
      group: described("The API group; empty for the core group."),
      version: described("Plays no part."),
      resource: described("The plural, such as nodes."),
      subresource: described("Such as status."),
      name: described("The object; empty for all of them."),
      fieldSelector: selectorAttributes("By which fields the objects are selected. Roles do not look at it."),
      labelSelector: selectorAttributes("By which labels the objects are selected. Roles do not look at it."),
    },
  },
  nonResourceAttributes: {
    type: "object",
    description: "What is to be done to a path.",
    properties: { path: described("The path."), verb: described("The method, in lower case.") },
  },
};

function selectorAttributes(description: string): JsonSchemaProps {
  return { type: "object", description, "x-kubernetes-preserve-unknown-fields": true };
}

const subject: JsonSchemaProps["properties"] = {
  user: described("Whom it is about."),
  groups: { type: "array", description: "Their groups.", items: text, "x-kubernetes-list-type": "atomic" },
  uid: described("Their uid."),
  extra: {
    type: "object",
    description: "Further facts about them.",
    additionalProperties: { type: "array", items: text },
  },
};

const status: JsonSchemaProps = {
  type: "object",
  description: "The answer.",
  "x-kubernetes-preserve-unknown-fields": true,
};

/** A kind that is posted and answered, and never stored. */
export function questionKind(
  kind: Kind,
  description: string,
  spec: JsonSchemaProps["properties"],
  review: NonNullable<ServedKind["review"]>,
): ServedKind {
  return builtinKind(kind, {
    verbs: ["create"],
    review,
    schema: {
      type: "object",
      description,
      properties: {
        ...(spec && { spec: { type: "object", description: "The question.", default: {}, properties: spec } }),
        status,
      },
    },
  });
}

/** A review of the rights of whoever `userOf` names. */
function accessReview(
  kind: Kind,
  description: string,
  spec: JsonSchemaProps["properties"],
  userOf: (question: JsonObject, call: Call, served: ServedKind) => User,
): ServedKind {
  const served: ServedKind = questionKind(kind, description, spec, (question, call) => {
    const wanted = attributesIn(objectIn(question, "spec"), served);
    if (kind.namespaced) checkNamespace(wanted, call, served);
    const decision = call.rights.authorizer.decide(userOf(question, call, served), wanted);
    const reason = decision.reason();
    return { ...question, status: { allowed: decision.allowed, ...(reason === "" ? {} : { reason }) } };
  });
  return served;
}

export const servedSelfSubjectAccessReview = accessReview(
  SelfSubjectAccessReview,
  "Asks whether whoever asks may do something.",
  attributes,
  (_question, call) => call.user,
);

export const servedSubjectAccessReview = accessReview(
  SubjectAccessReview,
  "Asks whether somebody may do something.",
  { ...attributes, ...subject },
  subjectIn,
);

export const servedLocalSubjectAccessReview = accessReview(
  LocalSubjectAccessReview,
  "Asks whether somebody may do something in one namespace.",
  { ...attributes, ...subject },
  subjectIn,
);

export const servedSelfSubjectRulesReview = questionKind(
  SelfSubjectRulesReview,
  "Asks for everything that whoever asks may do in a namespace.",
  { namespace: described("The namespace.") },
  (question, { user, rights }) => {
    const namespace = textIn(objectIn(question, "spec"), "namespace");
    if (namespace === "") throw new SporeError("SPORE_BAD_REQUEST", "no namespace on request");
    const { rules, faults } = rights.authorizer.rulesOf(user, namespace);
    const aboutPaths = (rule: PolicyRule) => (rule.nonResourceURLs ?? []).length > 0;
    return {
      ...question,
      status: {
        resourceRules: rules.filter((rule) => !aboutPaths(rule)).map(shownRule),
        nonResourceRules: rules.filter(aboutPaths).map(shownRule),
        incomplete: false,
        ...(faults.length === 0 ? {} : { evaluationError: listed(faults) }),
      },
    };
  },
);

/** Without the lists that are empty, as Go leaves them out. */
function shownRule(rule: PolicyRule): JsonObject {
  return Object.fromEntries(Object.entries(rule).filter(([, list]) => list.length > 0));
}

/** @throws SporeError `SPORE_INVALID` unless there is exactly one of the two kinds of attributes. */
function attributesIn(spec: JsonObject, served: ServedKind): Attributes {
  const [resource, path] = [spec.resourceAttributes, spec.nonResourceAttributes];
  if (isJsonObject(resource) && isJsonObject(path)) {
    const shown = { Path: textIn(path, "path"), Verb: textIn(path, "verb") };
    const why = "cannot be specified in combination with resourceAttributes";
    throw invalid(served, "", [invalidValue("spec.nonResourceAttributes", shown, why)]);
  }
  if (isJsonObject(path)) return { kind: "path", verb: textIn(path, "verb"), path: textIn(path, "path") };
  if (isJsonObject(resource)) return resourceAttributesIn(resource);
  const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  throw invalid(served, "", [invalidValue("spec.resourceAttributes", null, why)]);
}

function resourceAttributesIn(object: JsonObject): Attributes {
  const optional = (field: "namespace" | "subresource" | "name") => {
    const value = textIn(object, field);
    return value === "" ? {} : { [field]: value };
  };
  return {
    kind: "resource",
    verb: textIn(object, "verb"),
    group: textIn(object, "group"),
    plural: textIn(object, "resource"),
    ...optional("subresource"),
    ...optional("namespace"),
    ...optional("name"),
  };
}

/** @throws SporeError `SPORE_INVALID` when a local review asks about something beyond its namespace. */
function checkNamespace(wanted: Attributes, { namespace }: Call, served: ServedKind): void {
  if (wanted.kind === "path") {
    const shown = { Path: wanted.path, Verb: wanted.verb };
    const why = "disallowed on this kind of request";
    throw invalid(served, "", [invalidValue("spec.nonResourceAttributes", shown, why)]);
  }
  if (wanted.namespace === namespace) return;
  const field = "spec.resourceAttributes.namespace";
  throw invalid(served, "", [invalidValue(field, wanted.namespace ?? "", "must match metadata.namespace")]);
}

/** @throws SporeError `SPORE_INVALID` when nobody is named. Groups are those that are named, and no others. */
function subjectIn(question: JsonObject, _call: Call, served: ServedKind): User {
  const spec = objectIn(question, "spec");
  const [name, groups] = [textIn(spec, "user"), textsIn(spec, "groups")];
  if (name !== "" || groups.length > 0) return { name, groups };
  throw invalid(served, "", [invalidValue("spec.user", "", "at least one of user or group must be specified")]);
}
