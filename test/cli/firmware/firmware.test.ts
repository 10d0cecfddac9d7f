import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";
import { sampleEsp32Image, sampleImage } from "../../support/sample-images.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
  const image = sampleImage();
  await stage.file("lab.bin", image);
  await stage.file("half.bin", image.subarray(0, image.length / 2));
  await stage.file(
    "bent.bin",
    image.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)),
  );
  await stage.file("large.bin", sampleImage({}, 600_000));
  await stage.file("host.bin", sampleImage({ platform: "host" }));
  await stage.file("other.bin", sampleEsp32Image());
  await stage.file("letter.txt", "Dear board,\nplease run this.\n");
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl firmware inspect", () => {
  it.each([
    ["inspect", "firmware inspect %/lab.bin"],
    ["inspect-node", "firmware inspect %/lab.bin --node esp-a00001"],
    ["inspect-half", "firmware inspect %/half.bin"],
    ["inspect-bent", "firmware inspect %/bent.bin"],
    ["inspect-large", "firmware inspect %/large.bin --node esp-a00001"],
    ["inspect-host", "firmware inspect %/host.bin --node esp-a00001"],
    ["inspect-other-chip", "firmware inspect %/other.bin --node esp-a00001"],
    ["inspect-no-image", "firmware inspect %/letter.txt"],
    ["inspect-no-file", "firmware inspect %/nowhere.bin"],
    ["inspect-no-node", "firmware inspect %/lab.bin --node esp-ffffff"],
    ["firmware-no-verb", "firmware"],
    ["firmware-unknown-verb", "firmware instpect %/lab.bin"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});

describe("sporectl firmware push", () => {
  it("uploads an image and makes its Firmware; again, it changes nothing", async () => {
    const line = "firmware push %/lab.bin";
    await expectGolden("push", line, await stage.run(line));
    const before = (await stage.asker.get(`${urls.firmwares}/lab-sensor-1.1.0`)).json;
    await expectGolden("push-again", line, await stage.run(line));
    const after = (await stage.asker.get(`${urls.firmwares}/lab-sensor-1.1.0`)).json;
    expect(after).toEqual(before);
    expect(after.spec.artifacts[0]).toMatchObject({ path: "lab.bin", role: "image" });
    const digest = after.spec.artifacts[0].sha256;
    expect((await stage.asker.get(`/artifacts/sha256/${digest}`)).status).toBe(200);
  });

  it("takes name and version from the command line where the image has none", async () => {
    const line = "firmware push %/other.bin --name thermostat-2.5.1 --version 2.5.1 --board c3";
    const ran = await stage.run(line);
    await expectGolden("push-named", line, ran);
    expect(ran.code).toBe(exitCodes.done);
  });

  it.each([
    ["push-no-image", "firmware push %/letter.txt"],
    ["push-half", "firmware push %/half.bin"],
    ["push-bad-version", "firmware push %/lab.bin --version latest"],
    ["push-bad-name", "firmware push %/lab.bin --name 'lab sensor'"],
    ["push-no-namespace", "firmware push %/large.bin -n nowhere"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("uploads nothing for a Firmware that cannot be written", async () => {
    await stage.run("firmware push %/large.bin -n nowhere");
    const digest = createHash("sha256").update(sampleImage({}, 600_000)).digest("hex");
    expect((await stage.asker.get(`/artifacts/sha256/${digest}`)).status).toBe(404);
  });
});
