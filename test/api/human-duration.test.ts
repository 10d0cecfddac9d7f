import { expect, it } from "vitest";
import { humanDuration } from "../../controller/api/human-duration.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  [0, "0s"],
  [95 * second, "95s"],
  [119_999, "119s"],
  [2 * minute, "2m"],
  [3 * minute + 5 * second, "3m5s"],
  [55 * minute, "55m"],
  [4 * hour + 3 * minute, "4h3m"],
  [22 * hour, "22h"],
  [3 * day + 4 * hour, "3d4h"],
  [45 * day, "45d"],
  [3 * 365 * day + 12 * day, "3y12d"],
  [9 * 365 * day, "9y"],
])("humanDuration writes %i ms as %s", (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});
