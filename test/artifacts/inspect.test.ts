import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { checkDeclared } from "../../controller/artifacts/declared.ts";
import { inspectRows } from "../../controller/artifacts/inspect.ts";
import { parseImage } from "../../controller/artifacts/parse-image.ts";
import { sampleImage } from "../support/sample-images.ts";

const image = await parseImage(sampleImage());

it("inspectRows shows the facts of an image and every check it passed", () => {
  const rows = inspectRows(image);
  expect(rows).toContainEqual({ what: "version", value: "1.1.0" });
  expect(rows).toContainEqual({ what: "made for flash", value: "1048576 bytes, DOUT" });
  expect(rows.filter(({ verdict }) => verdict === "passed").map(({ what }) => what)).toEqual([
    "structure",
    "checksum",
    "crc",
    "addresses",
    "descriptor",
  ]);
});

it("inspectRows of a packed image tells both sizes", async () => {
  const rows = inspectRows(await parseImage(gzipSync(sampleImage())));
  expect(rows).toContainEqual({ what: "unpacked", value: `${image.imageBytes} bytes` });
});

it("inspectRows for a device adds whether it fits", () => {
  const rows = inspectRows(image, { platform: "esp32" });
  expect(rows).toContainEqual(expect.objectContaining({ what: "platform", verdict: "failed" }));
});

it("checkDeclared compares platform and version with the image", async () => {
  const verdicts = (spec: { platform: "esp8266" | "host"; version: string }, facts = image) =>
    checkDeclared(spec, facts).map(({ verdict }) => verdict);
  expect(verdicts({ platform: "esp8266", version: "1.1.0" })).toEqual(["passed", "passed"]);
  expect(verdicts({ platform: "host", version: "1.2.0" })).toEqual(["failed", "failed"]);
  const { descriptor: _, ...silent } = image;
  expect(verdicts({ platform: "esp8266", version: "1.2.0" }, silent)).toEqual(["passed", "assumed"]);
});
