import { describe, expect, it } from "vitest";
import { discoveredAnnotation, expiresInMs, isDisposable } from "../../../controller/reconcilers/discovery/expiry.ts";
import { nodeOf } from "../objects.ts";

const discovered = { annotations: { [discoveredAnnotation]: "true" } };
const claims = { "spore.dev/family": "spore", "device.spore.dev/app": "lab" };

describe("isDisposable", () => {
  it("is a Node that was discovered and that nobody did anything with", () => {
    expect(isDisposable(nodeOf("n", { meta: discovered, labels: claims }))).toBe(true);
  });

  it.each([
    ["declared by a person", nodeOf("n", { labels: claims })],
    ["adopted", nodeOf("n", { meta: discovered, owner: "default" })],
    ["labelled by a person", nodeOf("n", { meta: { ...discovered, labels: { ...claims, room: "lab" } } })],
    ["on its way out already", nodeOf("n", { meta: { ...discovered, deletionTimestamp: "2026-01-01T00:00:00Z" } })],
  ])("is none that was %s", (_how, node) => {
    expect(isDisposable(node)).toBe(false);
  });
});

describe("expiresInMs", () => {
  const seen = "2026-01-01T00:00:00Z";
  const seenMs = Date.parse(seen);

  it.each([
    [0, 24 * 3_600_000],
    [3_600_000, 23 * 3_600_000],
    [25 * 3_600_000, 0],
  ])("%i ms after it was last heard", (agoMs, inMs) => {
    expect(expiresInMs(nodeOf("n", { status: { lastSeen: seen } }), seenMs + agoMs)).toBe(inMs);
  });

  it("counts from its creation when it was never heard", () => {
    expect(expiresInMs(nodeOf("n", { meta: { creationTimestamp: seen } }), seenMs)).toBe(24 * 3_600_000);
  });
});
