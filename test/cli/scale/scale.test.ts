import { afterAll, beforeAll, describe, it } from "vitest";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl scale", () => {
  it.each([
    ["scale-group", "scale nodegroup lab-sensors --replicas=3"],
    ["scale-no-count", "scale nodegroup lab-sensors"],
    ["scale-bad-count", "scale nodegroup lab-sensors --replicas=-1"],
    ["help-scale", "scale --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
