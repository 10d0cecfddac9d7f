import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClaim, labelPatch, labelsOfClaims } from "../../../controller/reconcilers/discovery/claims.ts";

describe("labelsOfClaims", () => {
  it("keeps what SPORE derives apart from what the device calls its own", () => {
    const claims = {
      family: "spore",
      hostname: "esp_A1B2C3",
      address: "127.0.0.2",
      labels: { app: "lab", hostname: "forged" },
    };
    expect(labelsOfClaims(claims)).toEqual({
      "spore.dev/family": "spore",
      "spore.dev/hostname": "esp_A1B2C3",
      "spore.dev/address": "127.0.0.2",
      "device.spore.dev/app": "lab",
      "device.spore.dev/hostname": "forged",
    });
  });

  it.each([
    ["a value with a blank", { labels: { note: "two words" } }],
    ["a value that is too long", { labels: { note: "x".repeat(64) } }],
    ["a key with a slash", { labels: { "a/b": "c" } }],
    ["an empty key", { labels: { "": "c" } }],
    ["a key that is too long", { labels: { ["k".repeat(64)]: "c" } }],
    ["a hostname that no label can hold", { hostname: "esp_" }],
  ])("leaves out %s", (_what, claims) => {
    expect(labelsOfClaims({ family: "spore", ...claims })).toEqual({ "spore.dev/family": "spore" });
  });
});

describe("labelPatch", () => {
  it("touches claims only: new, changed and gone ones", () => {
    const before = {
      room: "lab",
      "spore.dev/hostname": "old",
      "device.spore.dev/gone": "x",
      "example.org/app": "mine",
    };
    const claims = { "spore.dev/hostname": "new", "device.spore.dev/app": "lab" };
    expect(labelPatch(before, claims)).toEqual({
      "spore.dev/hostname": "new",
      "device.spore.dev/app": "lab",
      "device.spore.dev/gone": null,
    });
  });

  it("is none when the labels hold the claims already", () => {
    expect(labelPatch({ room: "lab", "spore.dev/family": "spore" }, { "spore.dev/family": "spore" })).toBeUndefined();
  });

  const key = fc.constantFrom(
    "room",
    "spore.dev/family",
    "spore.dev/other",
    "device.spore.dev/a",
    "device.spore.dev/b",
    "x.org/y",
  );
  const labels = fc.dictionary(key, fc.constantFrom("1", "2"));

  it("applied once leaves exactly the claims and everything of people's", () => {
    fc.assert(
      fc.property(labels, labels, (before, said) => {
        const claims = Object.fromEntries(Object.entries(said).filter(([name]) => isClaim(name)));
        const after: Record<string, string | null> = { ...before, ...labelPatch(before, claims) };
        const left = Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null));
        const people = Object.entries(before).filter(([name]) => !isClaim(name));
        expect(left).toEqual({ ...Object.fromEntries(people), ...claims });
      }),
    );
  });
});
