import { describe, expect, it } from "vitest";
import { chooseFirmware } from "../../../controller/reconcilers/node-group/firmware-choice.ts";
import { digestOf, firmwareOf } from "../objects.ts";

const labels = { app: "sensor" };
const selector = { matchLabels: labels };
const all = [
  firmwareOf("s-1-3", "1.3.0", { labels }),
  firmwareOf("s-1-4", "1.4.2", { labels }),
  firmwareOf("s-1-5", "1.5.0", { labels, ready: false }),
  firmwareOf("s-2", "2.0.0", { labels }),
  firmwareOf("other", "1.9.0"),
];

describe("chooseFirmware", () => {
  it("takes the one that is named", () => {
    expect(chooseFirmware({ name: "s-1-3" }, all)).toEqual({
      ok: true,
      value: { name: "s-1-3", version: "1.3.0", digest: digestOf("s-1-3") },
    });
  });

  it("takes the newest in the range whose image is there", () => {
    expect(chooseFirmware({ selector, version: ">=1.3 <2" }, all)).toMatchObject({ value: { name: "s-1-4" } });
  });

  it("says which image is missing when none in the range is there", () => {
    expect(chooseFirmware({ selector, version: "~1.5" }, all)).toMatchObject({
      problem: { remedy: "waits", reason: "ImageMissing" },
    });
  });

  it("does the same twice when two have one version", () => {
    const twins = [firmwareOf("b", "1.0.0", { labels }), firmwareOf("a", "1.0.0", { labels })];
    expect(chooseFirmware({ selector, version: "*" }, twins)).toMatchObject({ value: { name: "a" } });
    expect(chooseFirmware({ selector, version: "*" }, twins.reverse())).toMatchObject({ value: { name: "a" } });
  });

  it("does not believe a status about an older spec", () => {
    const edited = firmwareOf("e", "1.0.0");
    const stale = { ...edited, metadata: { ...edited.metadata, generation: 2 } };
    expect(chooseFirmware({ name: "e" }, [stale])).toMatchObject({
      problem: { remedy: "waits", reason: "FirmwareNotReady" },
    });
  });

  it("stalls on an image that was looked at and is no good", () => {
    const broken = firmwareOf("x", "1.0.0", { ready: false, reason: "InvalidImage" });
    expect(chooseFirmware({ name: "x" }, [broken])).toMatchObject({
      problem: { remedy: "stalled", reason: "InvalidImage" },
    });
  });

  it.each([
    ["a name that is not there", { name: "gone" }, "waits", "ReferenceNotFound"],
    ["a range that nothing meets", { selector, version: "9" }, "waits", "ReferenceNotFound"],
    ["a range that is none", { selector, version: "newest" }, "stalled", "InvalidSpec"],
    ["a range without a selector", { version: "1" }, "stalled", "InvalidSpec"],
    ["a selector without a range", { selector }, "stalled", "InvalidSpec"],
    ["name and range together", { name: "s-2", selector, version: "1" }, "stalled", "InvalidSpec"],
    ["nothing", {}, "stalled", "InvalidSpec"],
  ])("answers %s with what is wrong", (_name, wanted, remedy, reason) => {
    expect(chooseFirmware(wanted, all)).toMatchObject({ ok: false, problem: { remedy, reason } });
  });
});
