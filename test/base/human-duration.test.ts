import { expect, it } from "vitest";
import { humanDuration } from "../../controller/base/human-duration.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

it.each([
  [-5 * second, "<invalid>"],
  [-second, "0s"],
  [0, "0s"],
  [95 * second, "95s"],
  [2 * minute, "2m"],
  [3 * minute + 5 * second, "3m5s"],
  [55 * minute, "55m"],
  [3 * hour, "3h"],
  [4 * hour + 3 * minute, "4h3m"],
  [22 * hour, "22h"],
  [2 * day, "2d"],
  [3 * day + 4 * hour, "3d4h"],
  [45 * day, "45d"],
  [(3 * 365 + 12) * day, "3y12d"],
  [9 * 365 * day, "9y"],
  [Number.NaN, "<invalid>"],
])("humanDuration of %d ms is %s", (spanMs, shown) => {
  expect(humanDuration(spanMs)).toBe(shown);
});
