import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { expectedMd5 } from "../../controller/artifacts/expected-md5.ts";

const image = Uint8Array.from({ length: 100 }, (_, at) => at + 1);

function patched(mode: number): string {
  return createHash("md5")
    .update(image.map((byte, at) => (at === 2 ? mode : byte)))
    .digest("hex");
}

it("expectedMd5 of a raw image has one candidate for each flash mode the updater may write", () => {
  expect(expectedMd5(image, "none")).toEqual([0, 1, 2, 3].map(patched));
  expect(image[2]).toBe(3);
});

it("expectedMd5 of a packed image is the MD5 of the image, because nothing can patch it", () => {
  expect(expectedMd5(image, "gzip")).toEqual([createHash("md5").update(image).digest("hex")]);
});
