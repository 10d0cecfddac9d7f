import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { hostProgramAddress, packFlashContents, packHostImage } from "../../controller/artifacts/host-image-writer.ts";

const program = Uint8Array.from({ length: 1001 }, (_, i) => (i * 31) & 0xff);
const key = Buffer.alloc(32, 7);

interface Segment {
  readonly at: number;
  readonly address: number;
  readonly data: Uint8Array;
}

function applicationSegments(file: Uint8Array<ArrayBuffer>): Segment[] {
  const view = new DataView(file.buffer);
  const segments: Segment[] = [];
  let at = 0x1008;
  for (let i = 0; i < (file[0x1001] ?? 0); i++) {
    const length = view.getUint32(at + 4, true);
    segments.push({ at, address: view.getUint32(at, true), data: file.subarray(at + 8, at + 8 + length) });
    at += 8 + length;
  }
  return segments;
}

it("packHostImage holds the program, zero-padded to a word, where the flash cache would show it", () => {
  const segment = applicationSegments(packHostImage({ program, key }))[1];
  expect(segment?.address).toBe(hostProgramAddress);
  expect(segment && segment.at + 8 - 0x1000).toBe(hostProgramAddress - 0x40201000);
  expect(segment?.data).toEqual(Uint8Array.of(...program, 0, 0, 0));
});

it("packHostImage ends with an HMAC over everything that is executed", () => {
  const file = packHostImage({ program, key });
  const mac = applicationSegments(file).at(-1);
  const covered = file.slice(0x1000, mac?.at).fill(0, 0x10, 0x18);
  expect(Buffer.from(mac?.data.subarray(0, 8) ?? []).toString()).toBe("SPOREMAC");
  expect(Buffer.from(mac?.data.subarray(8) ?? [])).toEqual(createHmac("sha256", key).update(covered).digest());
});

it("packFlashContents carries no HMAC", () => {
  expect(Buffer.from(packFlashContents(program)).includes("SPOREMAC")).toBe(false);
});
