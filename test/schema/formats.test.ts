import { describe, expect, it } from "vitest";
import { isInt32, stringFormats } from "../../controller/schema/formats.ts";

const cases: Readonly<Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>> = {
  byte: { yes: ["", "AA==", "aGFsbG8="], no: ["A", "AAA", "AA=A", "a b=", "====", "aGFsbG8"] },
  date: {
    yes: ["2026-02-28", "2024-02-29", "2000-02-29"],
    no: ["2026-02-29", "1900-02-29", "2026-13-01", "2026-04-31", "2026-1-1"],
  },
  "date-time": {
    yes: ["2026-11-20T12:00:00Z", "2026-11-20t12:00:00.123456z", "2026-11-20T12:00:00+01:00"],
    no: [
      "2026-11-20T12:00:00",
      "2026-11-20 12:00:00Z",
      "2026-11-20T24:00:00Z",
      "2026-11-20T12:60:00Z",
      "2026-11-20T12:00:00+24:00",
    ],
  },
  duration: {
    yes: ["0", "90s", "1h30m", "1.5h", "1 day", "2w", "-2ms", ".5s", "1µs"],
    no: ["", "90", "1 fortnight", "s", "1h 30m", "1.2.3s"],
  },
  email: { yes: ["a@b.c"], no: ["a", "a@", "@b", "a b@c"] },
  hostname: { yes: ["a", "a-b.c9"], no: ["", "-a", "a_b", "a..b", "x".repeat(64)] },
  ip: { yes: ["1.2.3.4", "::1"], no: ["1.2.3", "x"] },
  ipv4: { yes: ["192.168.1.100"], no: ["256.1.1.1", "::1", "1.2.3.4:80"] },
  ipv6: { yes: ["fe80::1"], no: ["1.2.3.4"] },
  cidr: { yes: ["10.0.0.0/8", "fe80::/64"], no: ["10.0.0.0", "10.0.0.0/33", "fe80::/129", "10.0.0.0/-1"] },
  mac: { yes: ["a0:b1:c2:d3:e4:f5", "A0-B1-C2-D3-E4-F5"], no: ["a0:b1:c2:d3:e4", "a0b1c2d3e4f5"] },
  uri: { yes: ["http://a/b?c", "urn:x:y"], no: ["a/b", "http://[", "://x"] },
  uuid: {
    yes: ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"],
    no: ["123e4567", "g".repeat(32)],
  },
};

describe("stringFormats", () => {
  it("has a test for each", () => {
    expect(Object.keys(cases).sort()).toEqual([...stringFormats.keys()].sort());
  });

  it.each(Object.entries(cases).flatMap(([format, { yes }]) => yes.map((text) => [format, text] as const)))(
    "takes for %s the text %j",
    (format, text) => {
      expect(stringFormats.get(format)?.(text)).toBe(true);
    },
  );

  it.each(Object.entries(cases).flatMap(([format, { no }]) => no.map((text) => [format, text] as const)))(
    "does not take for %s the text %j",
    (format, text) => {
      expect(stringFormats.get(format)?.(text)).toBe(false);
    },
  );
});

it("isInt32 knows both ends", () => {
  expect([-(2 ** 31), 2 ** 31 - 1].map(isInt32)).toEqual([true, true]);
  expect([-(2 ** 31) - 1, 2 ** 31].map(isInt32)).toEqual([false, false]);
});
