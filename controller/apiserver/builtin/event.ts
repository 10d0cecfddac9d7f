import { invalidValue } from "../../api/causes.ts";
import { Event as CoreEvent } from "../../api/core-kinds.ts";
import type { Kind } from "../../api/kind.ts";
import type { Cause } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import { ageCell, columnOf, type TableColumn } from "../table-column.ts";
import { builtinKind, computedColumn, described, instant, textAt } from "./builtin-kind.ts";

const objectReference: JsonSchemaProps = {
  type: "object",
  description: "Points at an object.",
  "x-kubernetes-map-type": "atomic",
  properties: {
    apiVersion: described("API version of the object."),
    kind: described("Kind of the object."),
    namespace: described("Namespace of the object."),
    name: described("Name of the object."),
    uid: described("UID of the object."),
    resourceVersion: described("The version of the object that was meant."),
    fieldPath: described("The part of the object that is meant."),
  },
};

const count: JsonSchemaProps = { type: "integer", format: "int32", description: "How often it happened." };

const referenceFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

/** What the two kinds of Event have in common. */
const shared: Readonly<Record<string, JsonSchemaProps>> = {
  reason: described("Why it happened, a CamelCase word for programs."),
  type: described("Normal or Warning."),
  action: described("What was done or failed to be done."),
  eventTime: instant("When it was first seen, to the microsecond."),
  reportingInstance: described("Which instance of the controller says so."),
  related: { ...objectReference, description: "A second object that it is about." },
  series: {
    type: "object",
    description: "Further occurrences.",
    properties: { count, lastObservedTime: instant("When it was last seen, to the microsecond.") },
  },
};

const source: JsonSchemaProps = {
  type: "object",
  description: "Who says so.",
  properties: { component: described("The component."), host: described("The machine it ran on.") },
};

/** `v1` and `events.k8s.io/v1` print alike. */
function columns(regarding: string, message: string, sourceField: string): readonly TableColumn[] {
  const wide = 1;
  return [
    computedColumn("Last Seen", "string", "How long ago it was last seen.", (event, nowMs) => {
      return ageCell(lastSeen(event), nowMs);
    }),
    columnOf({ name: "Type", type: "string", description: "Normal or Warning.", jsonPath: ".type" }),
    columnOf({ name: "Reason", type: "string", description: "Why it happened.", jsonPath: ".reason" }),
    computedColumn("Object", "string", "What it is about.", (event) => {
      const [kind, name] = [textAt(event, regarding, "kind").toLowerCase(), textAt(event, regarding, "name")];
      return name === "" ? kind : `${kind}/${name}`;
    }),
    columnOf({
      name: "Subobject",
      type: "string",
      description: "The part of the object.",
      priority: wide,
      jsonPath: `.${regarding}.fieldPath`,
    }),
    computedColumn("Source", "string", "Who says so.", (event) => sourceText(event, sourceField), wide),
    computedColumn("Message", "string", "What happened, for people.", (event) => textAt(event, message).trim()),
    computedColumn(
      "First Seen",
      "string",
      "How long ago it was first seen.",
      (event, nowMs) => ageCell(firstSeen(event), nowMs),
      wide,
    ),
    computedColumn("Count", "integer", "How often it was seen.", occurrences, wide),
    columnOf({
      name: "Name",
      type: "string",
      format: "name",
      description: "The event's own name.",
      priority: wide,
      jsonPath: ".metadata.name",
    }),
  ];
}

function firstSeen(event: JsonObject): JsonValue {
  return event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime ?? null;
}

function lastSeen(event: JsonObject): JsonValue {
  const series = isJsonObject(event.series) ? event.series.lastObservedTime : undefined;
  return series ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ?? firstSeen(event);
}

function occurrences(event: JsonObject): JsonValue {
  const series = isJsonObject(event.series) ? event.series.count : undefined;
  return series ?? event.count ?? event.deprecatedCount ?? 1;
}

function sourceText(event: JsonObject, sourceField: string): string {
  const component =
    textAt(event, sourceField, "component") ||
    textAt(event, "reportingComponent") ||
    textAt(event, "reportingController");
  const host = textAt(event, sourceField, "host") || textAt(event, "reportingInstance");
  return host === "" ? component : `${component}, ${host}`;
}

export const servedEvent = builtinKind(CoreEvent, {
  shortNames: ["ev"],
  columns: columns("involvedObject", "message", "source"),
  selectableFields: [
    ...referenceFields.map((field) => `involvedObject.${field}`),
    ...["reason", "reportingComponent", "source", "type"],
  ],
  derivedFields: new Map([
    ["source", (event) => textAt(event, "source", "component") || textAt(event, "reportingComponent")],
  ]),
  hooks: { check: (event) => namespaceCauses(event, "involvedObject") },
  schema: {
    type: "object",
    description: "Something that happened to an object.",
    required: ["involvedObject"],
    properties: {
      ...shared,
      involvedObject: { ...objectReference, description: "What it is about." },
      message: described("What happened, for people."),
      source,
      firstTimestamp: instant("When it was first seen."),
      lastTimestamp: instant("When it was last seen."),
      count,
      reportingComponent: described("The controller that says so."),
    },
  },
});

/** The newer face of the same events, which k9s and newer recorders use. */
const NewEvent: Kind<CoreEvent> = { ...CoreEvent, group: "events.k8s.io" };

/** How the fields of the two kinds are called: first in `v1`, then in `events.k8s.io/v1`. */
const renamed: readonly (readonly [string, string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];
const toNew = new Map(renamed);
const toCore = new Map(renamed.map(([core, renewed]) => [renewed, core] as const));

export const servedNewEvent = builtinKind(NewEvent, {
  shortNames: ["ev"],
  columns: columns("regarding", "note", "deprecatedSource"),
  selectableFields: [
    ...referenceFields.map((field) => `regarding.${field}`),
    ...["reason", "reportingController", "type"],
  ],
  view: {
    stored: CoreEvent,
    toStored: (event) => ({ ...withNames(event, toCore), apiVersion: "v1" }),
    fromStored: (event) => ({ ...withNames(event, toNew), apiVersion: "events.k8s.io/v1" }),
  },
  hooks: { check: (event) => namespaceCauses(event, "regarding") },
  schema: {
    type: "object",
    description: "Something that happened to an object.",
    properties: {
      ...shared,
      regarding: { ...objectReference, description: "What it is about." },
      note: { type: "string", maxLength: 1024, description: "What happened, for people." },
      reportingController: described("The controller that says so."),
      deprecatedSource: source,
      deprecatedFirstTimestamp: instant("When it was first seen."),
      deprecatedLastTimestamp: instant("When it was last seen."),
      deprecatedCount: count,
    },
  },
});

function withNames(event: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [names.get(name) ?? name, value]));
}

/** Where events about objects without a namespace live. */
const clusterEventNamespaces = ["default", "kube-system"];

/** An event lies in the namespace of what it is about. */
function namespaceCauses(event: JsonObject, regarding: string): readonly Cause[] {
  const own = textAt(event, "metadata", "namespace");
  const about = textAt(event, regarding, "namespace");
  if (about === own || (about === "" && clusterEventNamespaces.includes(own))) return [];
  return [invalidValue(`${regarding}.namespace`, about, "does not match event.namespace")];
}
