import { expect, it } from "vitest";
import { crc32Mpeg2 } from "../../controller/artifacts/crc32-mpeg2.ts";

const digits = new TextEncoder().encode("123456789");

it("crc32Mpeg2 meets the check value of the catalogue of CRCs", () => {
  expect(crc32Mpeg2(digits)).toBe(0x0376e6e7);
});

it("crc32Mpeg2 goes on where an earlier call ended", () => {
  expect(crc32Mpeg2(digits.subarray(4), crc32Mpeg2(digits.subarray(0, 4)))).toBe(0x0376e6e7);
});
