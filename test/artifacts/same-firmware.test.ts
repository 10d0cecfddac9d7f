import { expect, it } from "vitest";
import { sameFirmware } from "../../controller/artifacts/same-firmware.ts";

const md5 = "0123456789abcdef0123456789abcdef";
const other = "f".repeat(32);
const wanted = { name: "lab-sensor", version: "1.1.0", flashMd5: [other, md5] };

it.each([
  ["the MD5 of one flash mode", { md5 }, wanted, "same"],
  ["that MD5 in upper case", { md5: md5.toUpperCase() }, wanted, "same"],
  ["another MD5 under the wanted version", { md5: "0".repeat(32), version: "1.1.0" }, wanted, "different"],
  ["the MD5 under another version, as a lying program has it", { md5, version: "9.9.9" }, wanted, "same"],
  ["the wanted version alone", { version: "1.1.0" }, wanted, "same"],
  ["another version alone", { version: "1.0.0" }, wanted, "different"],
  ["the version of another program", { version: "1.1.0", name: "relay" }, wanted, "different"],
  ["nothing", {}, wanted, "unknown"],
  ["a version, when the image names none", { version: "1.1.0" }, { flashMd5: [] }, "unknown"],
  ["an MD5 that the format does not define", { md5, version: "1.1.0" }, { ...wanted, flashMd5: [] }, "same"],
] as const)("sameFirmware answers a device that reports %s", (_, running, firmware, expected) => {
  expect(sameFirmware(running, firmware)).toBe(expected);
});
