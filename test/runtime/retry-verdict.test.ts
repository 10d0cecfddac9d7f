import { describe, expect, it } from "vitest";
import { SporeError } from "../../controller/base/errors.ts";
import { retryVerdict, terminalRetryMs } from "../../controller/runtime/retry-verdict.ts";

describe("retryVerdict", () => {
  it.each([
    ["a bug", new TypeError("x is not a function"), { delayMs: 400, kind: "retry" }],
    ["something thrown that is no error", "text", { delayMs: 400, kind: "retry" }],
    ["a conflict", new SporeError("SPORE_CONFLICT", "modified"), { delayMs: 400, kind: "conflict" }],
    ["an outage", new SporeError("SPORE_UNAVAILABLE", "down"), { delayMs: 400, kind: "retry" }],
    [
      "a short wish",
      new SporeError("SPORE_UNAVAILABLE", "down", { retryAfterSeconds: 0 }),
      { delayMs: 400, kind: "retry" },
    ],
    [
      "a long wish",
      new SporeError("SPORE_UNAVAILABLE", "down", { retryAfterSeconds: 9 }),
      { delayMs: 9000, kind: "retry" },
    ],
    ["a refusal", new SporeError("SPORE_FORBIDDEN", "no"), { delayMs: terminalRetryMs, kind: "terminal" }],
  ])("%s", (_what, error, verdict) => {
    expect(retryVerdict(error, 400)).toEqual(verdict);
  });
});
