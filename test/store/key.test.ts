import fc from "fast-check";
import { expect, it } from "vitest";
import { checkKey, compareKeys, storeKeyMaxBytes } from "../../controller/store/key.ts";
import { code } from "../contract/store/setup.ts";

const text = fc.string({ unit: "binary" });

it("compareKeys orders as the bytes of UTF-8 do", () => {
  fc.assert(
    fc.property(text, text, text, (stem, a, b) => {
      const expected = Buffer.compare(Buffer.from(stem + a), Buffer.from(stem + b));
      expect(Math.sign(compareKeys(stem + a, stem + b))).toBe(expected);
    }),
    { numRuns: 2000 },
  );
  expect(compareKeys("\u{1f331}", "\uffee")).toBeGreaterThan(0);
});

it("checkKey counts bytes and not characters", () => {
  const euro = "€".repeat(Math.floor(storeKeyMaxBytes / 3));
  const full = euro.padEnd(euro.length + (storeKeyMaxBytes % 3), "x");
  expect(() => checkKey(full)).not.toThrow();
  expect(() => checkKey(`${full}x`)).toThrow(code("SPORE_BAD_REQUEST"));
});
