import { describe, expect, it } from "vitest";
import { RetryDelays } from "../../controller/runtime/retry-delays.ts";

const backoff = { baseMs: 100, maxMs: 1000 };

describe("RetryDelays", () => {
  it("grows per key, and starts over after a success", () => {
    const retries = new RetryDelays<string>(backoff, () => 1);
    expect([retries.failed("a"), retries.failed("a"), retries.failed("a")]).toEqual([100, 200, 400]);
    expect(retries.failed("b")).toBe(100);
    retries.succeeded("a");
    expect([retries.failures("a"), retries.failures("b")]).toEqual([0, 1]);
    expect(retries.failed("a")).toBe(100);
  });
});
