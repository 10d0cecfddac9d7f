import { expect, it } from "vitest";
import { pruneLimit } from "../../controller/manifests/prune-limit.ts";

it.each([
  ["20%", 10, 2],
  ["20%", 11, 3],
  ["20%", 1, 1],
  ["20%", 0, 0],
  ["0%", 10, 0],
  ["100%", 7, 7],
  [3, 10, 3],
  [0, 10, 0],
  [-1, 10, undefined],
  [1.5, 10, undefined],
  ["101%", 10, undefined],
  ["3", 10, undefined],
  ["", 10, undefined],
])("%j of %d objects: %j may go at once", (limit, total, expected) => {
  expect(pruneLimit(limit, total)).toBe(expected);
});
