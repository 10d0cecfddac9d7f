import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { Updater } from "../../../controller/simulator/spore/updater.ts";
import { md5Of } from "../../support/device-request.ts";

const running = { sizeBytes: 417_792, md5: "", flashMode: 3, boots: "runs" } as const;
const layout1m64 = { flashBytes: 1_048_576, fsStart: 962_560 };
const image = simulatedImage({ name: "lab-sensor", version: "1.1.0" });

function updater(): Updater {
  return new Updater(layout1m64, () => running);
}

/** What a whole update ends with. */
function update(bytes: Uint8Array, size?: number, md5?: string) {
  const made = updater();
  const begun = made.begin(size, md5);
  if (begun) return begun;
  made.write(bytes);
  const end = made.end(size === undefined);
  return "error" in end ? end.error : "staged";
}

describe("Updater", () => {
  it("offers the room between the running image and the file system, in whole sectors", () => {
    expect(updater().freeBytes).toBe(544_768);
  });

  it.each([
    [544_768, undefined],
    [544_769, 4],
    [0, 5],
  ])("takes or refuses %i announced bytes", (size, code) => {
    expect(updater().begin(size, undefined)?.code).toBe(code);
  });

  it("stages what is whole, with or without an announced size", () => {
    expect(update(image)).toBe("staged");
    expect(update(image, image.length, md5Of(image).toUpperCase())).toBe("staged");
    expect(update(gzipSync(image), undefined)).toBe("staged");
  });

  it.each([
    ["another MD5", image, undefined, "0".repeat(32), 7],
    ["fewer bytes than announced", image.subarray(0, 100), image.length, undefined, 5],
    ["more bytes than announced", image, image.length - 1, undefined, 4],
    ["no image", Buffer.from("MZ no image"), undefined, undefined, 10],
    ["nothing", Buffer.alloc(0), undefined, undefined, 13],
    ["an image for a larger flash", Buffer.of(0xe9, 1, 3, 0x40), undefined, undefined, 9],
  ])("refuses %s", (_what, bytes, size, md5, code) => {
    expect(update(bytes, size, md5)).toMatchObject({ code });
  });

  it("does one update at a time", () => {
    const made = updater();
    made.begin(100, undefined);
    expect(made.begin(100, undefined)).toMatchObject({ code: 15 });
    made.abort();
    expect(made.begin(100, undefined)).toBeUndefined();
  });
});
