import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkFit, type DeviceFacts, wholeSectors } from "../../controller/artifacts/fit.ts";
import type { ImageFacts } from "../../controller/artifacts/image-facts.ts";
import { parseImage } from "../../controller/artifacts/parse-image.ts";
import { sampleEsp32Image, sampleImage, withSignature } from "../support/sample-images.ts";

const raw = await parseImage(sampleImage());
const packed = await parseImage(gzipSync(sampleImage()));
const signed = await parseImage(withSignature(sampleImage()));
const esp32 = await parseImage(sampleEsp32Image());

/** A board of ours with 1 MB in layout 1m64, running a program of 417,792 bytes. */
const board: DeviceFacts = {
  platform: "esp8266",
  flashBytes: 1048576,
  freeSketchBytes: 544768,
  fsStart: 962560,
  flashMode: 3,
  gzip: true,
  signed: false,
};

function verdict(image: ImageFacts, device: DeviceFacts, name: string): string | undefined {
  return checkFit(image, device).checks.find((check) => check.name === name)?.verdict;
}

describe("checkFit", () => {
  it("passes everything on a board that says everything", () => {
    const { fits, checks } = checkFit(raw, board);
    expect(fits).toBe(true);
    expect(checks.map(({ verdict }) => verdict)).toEqual(checks.map(() => "passed"));
  });

  it("assumes and never refuses on an upstream node that says nothing", () => {
    const { fits, checks } = checkFit(raw, {});
    expect(fits).toBe(true);
    expect(checks.filter(({ verdict }) => verdict === "assumed").map(({ name }) => name)).toEqual([
      "platform",
      "layout",
      "space",
      "flash size",
      "signature",
    ]);
  });

  it.each([
    [544768, "passed"],
    [544769, "failed"],
  ])("gives %i bytes beside a program of 417,792 the verdict %s", (fileBytes, expected) => {
    expect(verdict({ ...raw, fileBytes }, board, "space")).toBe(expected);
  });

  it.each([
    [380928, "assumed"],
    [380929, "warned"],
    [765952, "failed"],
  ])("gives %i bytes on a board of unknown layout the verdict %s", (fileBytes, expected) => {
    expect(verdict({ ...raw, fileBytes }, {}, "space")).toBe(expected);
  });

  it.each<[string, DeviceFacts]>([
    ["says nothing", {}],
    ["is a chip", board],
    ["is something else", { platform: "esp32" }],
  ])("refuses a host image for a device that %s", (_, device) => {
    const { fits, checks } = checkFit({ ...raw, platform: "host" }, device);
    expect(fits).toBe(false);
    const detail = expect.stringContaining("for host processes");
    expect(checks[0]).toMatchObject({ name: "platform", verdict: "failed", detail });
  });

  it("gives a host image to a host process, and nothing else to it", () => {
    const host = { ...board, platform: "host" };
    expect(checkFit({ ...raw, platform: "host" }, host).fits).toBe(true);
    expect(checkFit(raw, host).fits).toBe(false);
  });

  it.each<[string, ImageFacts, DeviceFacts, string, string]>([
    ["another layout", raw, { ...board, fsStart: 0xbb000 }, "layout", "failed"],
    ["a smaller flash", { ...raw, flashBytes: 4194304 }, board, "flash size", "failed"],
    ["a raw image of another mode", { ...raw, flashMode: 0 }, board, "flash mode", "passed"],
    ["a packed image of another mode", { ...packed, flashMode: 0 }, board, "flash mode", "failed"],
    ["a packed DOUT image on an unknown board", packed, {}, "flash mode", "assumed"],
    ["a packed QIO image on an unknown board", { ...packed, flashMode: 0 }, {}, "flash mode", "failed"],
    ["a boot loader without gzip", packed, { ...board, gzip: false }, "gzip", "failed"],
    ["an unknown boot loader", packed, {}, "gzip", "assumed"],
    ["a package that unpacks to all of the flash", { ...packed, imageBytes: 958464 }, board, "unpacked size", "passed"],
    ["a package that unpacks to more", { ...packed, imageBytes: 958465 }, board, "unpacked size", "failed"],
    ["an unsigned image for a board that asks", raw, { ...board, signed: true }, "signature", "failed"],
    ["a signed image", signed, { ...board, signed: true }, "signature", "passed"],
    ["another program", raw, { ...board, app: "relay" }, "program", "warned"],
    ["the same program", raw, { ...board, app: "lab-sensor" }, "program", "passed"],
    ["an ESP32 image for an ESP8266", esp32, board, "platform", "failed"],
    ["an ESP32 image for a silent device", esp32, {}, "platform", "failed"],
    ["an ESP32 image for an ESP32", esp32, { platform: "esp32" }, "chip", "assumed"],
  ])("judges %s", (_, image, device, name, expected) => {
    expect(verdict(image, device, name)).toBe(expected);
  });

  it("counts space in whole sectors", () => {
    expect([0, 1, 4096, 4097].map(wholeSectors)).toEqual([0, 4096, 4096, 8192]);
  });
});
