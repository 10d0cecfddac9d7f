import { describe, expect, it } from "vitest";
import { readRequestTimeout } from "../../controller/apiserver/request-timeout.ts";

describe("readRequestTimeout", () => {
  it.each([
    ["", 60_000],
    ["timeout=", 60_000],
    ["timeout=32s", 32_000],
    ["timeout=1m30s", 60_000],
    ["timeout=250ms", 250],
    ["timeout=0", 60_000],
    ["timeout=0s", 60_000],
  ])("reads %j as %i ms", (query, expected) => {
    expect(readRequestTimeout(new URLSearchParams(query))).toBe(expected);
  });

  it.each(["soon", "5", "-1s", "1d"])("refuses %j", (timeout) => {
    expect(() => readRequestTimeout(new URLSearchParams({ timeout }))).toThrow(
      `invalid timeout specified in the request URL - time: invalid duration "${timeout}"`,
    );
  });
});
