import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32Mpeg2 } from "../../controller/artifacts/crc32-mpeg2.ts";
import {
  type Esp8266Image,
  esp01Flash,
  haltCode,
  irom0Address,
  packArduinoImage,
  packImage,
} from "../../controller/artifacts/esp8266-image-writer.ts";

const golden: { entry: number; segment: { address: number; hex: string }; hex: string; md5: string } = JSON.parse(
  readFileSync(new URL("../golden/esp8266-minimal-image.json", import.meta.url), "utf8"),
);

describe("packImage", () => {
  it("makes the golden minimal image", () => {
    const segment = { address: golden.segment.address, data: Buffer.from(golden.segment.hex, "hex") };
    const bytes = packImage({ entry: golden.entry, flash: esp01Flash, segments: [segment] });
    expect(Buffer.from(bytes).toString("hex")).toBe(golden.hex);
    expect(createHash("md5").update(bytes).digest("hex")).toBe(golden.md5);
  });

  it.each([1, 2, 3, 4, 5])("fills whole rows of 16 bytes with %i words of data", (words) => {
    const image = packImage({
      entry: 0,
      flash: esp01Flash,
      segments: [{ address: 0, data: new Uint8Array(words * 4) }],
    });
    expect(image.length % 16).toBe(0);
    expect(image.at(-1)).toBe(0xef);
  });

  it.each([
    ["no segment", []],
    ["17 segments", Array.from({ length: 17 }, () => ({ address: 0, data: haltCode }))],
    ["half a word", [{ address: 0, data: new Uint8Array(6) }]],
  ])("refuses %s", (_, segments) => {
    expect(() => packImage({ entry: 0, flash: esp01Flash, segments })).toThrow(RangeError);
  });
});

describe("packArduinoImage", () => {
  const application: Esp8266Image = {
    entry: 0x40100000,
    flash: esp01Flash,
    segments: [
      { address: irom0Address, data: new Uint8Array(8 + 200).map((_, i) => (i * 7) & 0xff) },
      { address: 0x40100000, data: haltCode },
    ],
  };
  const file = packArduinoImage(application);
  const view = new DataView(file.buffer);

  it("pads the boot block with 0xAA up to the application", () => {
    expect(file[0]).toBe(0xe9);
    expect(file[1]).toBe(2);
    expect(file[0xfff]).toBe(0xaa);
    expect(file[0x1000]).toBe(0xe9);
    expect(view.getUint32(0x1008, true)).toBe(irom0Address);
  });

  it("states the length of the file and its CRC with both words at zero", () => {
    const zeroed = file.slice().fill(0, 0x1010, 0x1018);
    expect(view.getUint32(0x1010, true)).toBe(file.length);
    expect(view.getUint32(0x1014, true)).toBe(crc32Mpeg2(zeroed));
  });

  it("takes both words as zero in the application's checksum, as the core's build does", () => {
    const data = application.segments.flatMap((segment) => [...segment.data]).fill(0, 0, 8);
    expect(file.at(-1)).toBe(data.reduce((sum, byte) => sum ^ byte, 0xef));
  });

  it("refuses a first segment without room for the words", () => {
    const segments = [{ address: irom0Address, data: haltCode }];
    expect(() => packArduinoImage({ ...application, segments })).toThrow(/needs 8 bytes/);
  });

  it("refuses a boot block that overruns its sector", () => {
    const segments = [{ address: 0x4010f000, data: new Uint8Array(0x1000) }];
    expect(() => packArduinoImage(application, { ...application, segments })).toThrow(/boot block/);
  });
});
