import { expect, it } from "vitest";
import { median } from "../../controller/bench/row.ts";
import { benchTable } from "../../controller/bench/table.ts";

it("median takes the middle figure, or the mean of the middle two", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

it("benchTable shows every result in a row, a missed target in capitals, and the notes below", () => {
  const text = benchTable([
    { row: "a", ours: 1500, reference: 2000, unit: "writes/s", ratio: 0.75, target: "≥ 0.7 ×", met: true },
    {
      row: "long name",
      ours: 0.5,
      reference: undefined,
      unit: "s",
      ratio: undefined,
      target: "≤ 0.4",
      met: false,
      note: "cold",
    },
  ]);
  expect(text.split("\n")).toEqual([
    "row        ours    reference  unit      ratio  target   met",
    "a          1500    2000       writes/s  0.75   ≥ 0.7 ×  yes",
    "long name  0.5000  –          s         –      ≤ 0.4    NO",
    "long name: cold",
    "",
  ]);
});
