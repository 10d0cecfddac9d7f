import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { ServedKind } from "./served-kind.ts";

/** How a Table is wanted. */
export interface TableOptions {
  /** Wall time, for ages. */
  readonly nowMs: number;
  /** The version of `meta.k8s.io` that the client accepts. */
  readonly version: "v1" | "v1beta1";
  /** How much of each object comes with its row. */
  readonly include: "None" | "Metadata" | "Object";
  /** `resourceVersion`, `continue` and `remainingItemCount` of the list. */
  readonly metadata: JsonObject;
  /** Whether to say what the columns are; a watch says it in its first event only. */
  readonly withColumns: boolean;
}

/** `objects` as the Table that `kubectl get` prints: one row each. */
export function tableOf(served: ServedKind, objects: readonly JsonObject[], options: TableOptions): JsonObject {
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: options.withColumns ? columnDefinitions(served) : [],
    rows: objects.map((object) => ({
      cells: served.columns.map((column) => column.cell(object, options.nowMs)),
      ...included(object, options),
    })),
  };
}

function columnDefinitions({ columns }: ServedKind): readonly JsonValue[] {
  return columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
}

function included(object: JsonObject, { include, version }: TableOptions): JsonObject {
  if (include === "None") return {};
  return { object: include === "Object" ? object : partialMetadata(object, version) };
}

/** An object without anything but its metadata. */
export function partialMetadata(object: JsonObject, version: "v1" | "v1beta1"): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: isJsonObject(object.metadata) ? object.metadata : {},
  };
}

/** A list of objects without anything but their metadata; `metadata` is the list's own. */
export function partialMetadataList(
  objects: readonly JsonObject[],
  version: "v1" | "v1beta1",
  metadata: JsonObject,
): JsonObject {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialMetadata(object, version)),
  };
}
