import { expect, it } from "vitest";
import { parseGoDuration } from "../../controller/base/go-duration.ts";

it.each([
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["0", 0],
  ["250ms", 250],
  [".5m", 30_000],
])("parseGoDuration reads %s", (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});

it.each(["", "5", "-5s", "5 s", "s", "5d", "5s5"])("parseGoDuration refuses %j", (text) => {
  expect(parseGoDuration(text)).toBeUndefined();
});
