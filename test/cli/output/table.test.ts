import { describe, expect, it } from "vitest";
import { columns } from "../../../controller/cli/output/columns.ts";
import { bodyCells, headerCells, type Table } from "../../../controller/cli/output/table.ts";

const table: Table = {
  metadata: {},
  columnDefinitions: [{ name: "Name" }, { name: "Phase" }, { name: "Chip", priority: 1 }],
  rows: [
    {
      cells: ["a", "Active", 7],
      object: { metadata: { name: "a", namespace: "lab", labels: { room: "x", app: "y" } } },
    },
    { cells: ["bcd", null, 8], object: { metadata: { name: "bcd" } } },
  ],
};
const layout = { wide: false, withNamespace: false, withLabels: false, labelColumns: [], namePrefix: "" };

describe("a table", () => {
  it("hides columns of lower priority unless it is wide", () => {
    expect(headerCells(table, layout)).toEqual(["NAME", "PHASE"]);
    expect(bodyCells(table, { ...layout, wide: true })).toEqual([
      ["a", "Active", "7"],
      ["bcd", "", "8"],
    ]);
  });

  it("shows namespace, labels and the kind before the name when asked", () => {
    const full = { ...layout, withNamespace: true, withLabels: true, namePrefix: "node.spore.dev/" };
    expect(headerCells(table, full)).toEqual(["NAMESPACE", "NAME", "PHASE", "LABELS"]);
    expect(bodyCells(table, full)[0]).toEqual(["lab", "node.spore.dev/a", "Active", "app=y,room=x"]);
  });

  it("is aligned as kubectl does", () => {
    expect(columns([headerCells(table, layout), ...bodyCells(table, layout)])).toBe(
      "NAME   PHASE\na      Active\nbcd    \n",
    );
  });
});
