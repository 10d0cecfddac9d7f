import { expect, it } from "vitest";
import { crc32Mpeg2 } from "../../controller/artifacts/crc32-mpeg2.ts";
import { encodeDescriptor, type FirmwareDescriptor } from "../../controller/artifacts/firmware-descriptor.ts";

const descriptor: FirmwareDescriptor = {
  name: "lab-sensor",
  version: "1.1.0",
  platform: "host",
  builtAt: new Date("2026-11-20T18:45:07.900Z"),
  fsStart: 0xeb000,
  minGeneration: 3,
};

it("encodeDescriptor puts every field where the format says", () => {
  const bytes = encodeDescriptor(descriptor);
  const text = (at: number, room: number) =>
    Buffer.from(bytes.subarray(at, at + room))
      .toString()
      .replace(/\0+$/, "");
  const view = new DataView(bytes.buffer);
  expect(bytes).toHaveLength(128);
  expect(text(0, 8)).toBe("SPOREFW1");
  expect(text(8, 32)).toBe("lab-sensor");
  expect(text(40, 24)).toBe("1.1.0");
  expect(text(64, 16)).toBe("host");
  expect(text(80, 16)).toBe("20261120T184507Z");
  expect(view.getUint32(96, true)).toBe(0xeb000);
  expect(view.getUint32(100, true)).toBe(3);
  expect(view.getUint32(124, true)).toBe(crc32Mpeg2(bytes.subarray(0, 124)));
});

it.each([
  ["a name of 32 characters", { name: "n".repeat(32) }],
  ["a version of 24 characters", { version: "1".repeat(24) }],
  ["a name that is not ASCII", { name: "gewächshaus" }],
])("encodeDescriptor refuses %s", (_, change) => {
  expect(() => encodeDescriptor({ ...descriptor, ...change })).toThrow(RangeError);
});
