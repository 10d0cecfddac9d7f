import { describe, expect, it } from "vitest";
import { partialMetadata, partialMetadataList, tableOf } from "../../controller/apiserver/table.ts";
import { columnOf } from "../../controller/apiserver/table-column.ts";
import { sporeKind } from "../support/spore-kinds.ts";

const nowMs = Date.parse("2026-11-20T12:00:00Z");
const node = {
  apiVersion: "spore.dev/v1alpha1",
  kind: "Node",
  metadata: { name: "esp-1", resourceVersion: "7", creationTimestamp: "2026-11-20T11:55:00Z" },
  spec: { family: "spore", owner: { namespace: "lab" }, assignment: { group: "lab/sensors" } },
  status: {
    phase: "Active",
    firmware: { version: "1.1.0" },
    chipId: 10597059,
    conditions: [
      { type: "FirmwareCurrent", status: "False", reason: "Updating" },
      { type: "Ready", status: "True", reason: "Current" },
    ],
  },
};
const options = {
  nowMs,
  version: "v1",
  include: "Metadata",
  metadata: { resourceVersion: "9" },
  withColumns: true,
} as const;

describe("tableOf", () => {
  it("prints a row for each object, and says what the columns are", () => {
    const table = tableOf(sporeKind("Node"), [node], options);
    expect(table).toMatchObject({
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "9" },
      rows: [
        {
          cells: [
            "esp-1",
            "Active",
            "lab",
            "lab/sensors",
            "1.1.0",
            "True",
            "Current",
            null,
            "5m",
            null,
            null,
            10597059,
            null,
          ],
          object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: node.metadata },
        },
      ],
    });
    expect(table.columnDefinitions).toHaveLength(13);
    expect(table.columnDefinitions).toContainEqual({
      name: "Name",
      type: "string",
      format: "name",
      description: "Unique among the objects of a kind in a namespace.",
      priority: 0,
    });
    expect(table.columnDefinitions).toContainEqual({
      name: "Chip",
      type: "integer",
      format: "",
      description: "The last three bytes of the MAC address as a number",
      priority: 1,
    });
  });

  it("brings as much of the object as was asked for", () => {
    expect(tableOf(sporeKind("Node"), [node], { ...options, include: "None" }).rows).toEqual([
      { cells: expect.anything() },
    ]);
    expect(tableOf(sporeKind("Node"), [node], { ...options, include: "Object" }).rows).toMatchObject([
      { object: node },
    ]);
  });

  it("leaves the columns out where a watch has told them", () => {
    expect(tableOf(sporeKind("Node"), [node], { ...options, withColumns: false }).columnDefinitions).toEqual([]);
  });
});

describe("columnOf", () => {
  it.each([
    ["integer", 5, 5],
    ["integer", 5.9, 5],
    ["integer", "5", null],
    ["number", 5.5, 5.5],
    ["number", true, null],
    ["boolean", true, true],
    ["boolean", "true", null],
    ["string", "x", "x"],
    ["string", 5, "5"],
    ["string", { a: [1] }, '{"a":[1]}'],
    ["date", "2026-11-20T11:59:30Z", "30s"],
    ["date", "2026-11-20T12:00:01Z", "0s"],
    ["date", "2026-11-20T13:00:00Z", "<invalid>"],
    ["date", "soon", "<invalid>"],
    ["date", 5, "<invalid>"],
    ["date", null, null],
    ["string", null, null],
  ])("prints as %s the value %j as %j", (type, value, cell) => {
    expect(columnOf({ name: "A", type, jsonPath: ".a" }).cell({ a: value }, nowMs)).toBe(cell);
  });

  it("shows the first match only, and null where there is none", () => {
    const column = columnOf({ name: "A", type: "string", jsonPath: ".a[*]" });
    expect(column.cell({ a: ["x", "y"] }, nowMs)).toBe("x");
    expect(column.cell({}, nowMs)).toBeNull();
  });
});

describe("partialMetadata", () => {
  it("keeps nothing but the metadata", () => {
    const partial = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: node.metadata };
    expect(partialMetadata(node, "v1")).toEqual(partial);
    expect(partialMetadataList([node], "v1", { resourceVersion: "9" })).toEqual({
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "9" },
      items: [partial],
    });
  });
});
