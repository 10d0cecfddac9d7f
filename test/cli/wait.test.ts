import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../controller/cli/io.ts";
import { urls } from "../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl wait", () => {
  it.each([
    ["wait-met", "wait --for=condition=Ready node/esp-a00001 node/esp-a00002"],
    ["wait-status", "wait --for=condition=Ready=False node -l room=hall"],
    ["wait-timeout", "wait --for=condition=Ready ng/lab-sensors --timeout 2s"],
    ["wait-no-condition", "wait --for=condition=Stalled ng/lab-sensors --timeout 2s"],
    ["wait-absent", "wait --for=condition=Ready ng/hall-sensors --timeout 2s"],
    ["wait-delete-absent", "wait --for=delete ng/hall-sensors"],
    ["wait-no-match", "wait --for=delete nodes -l room=cellar"],
    ["wait-bad-goal", "wait --for=happiness nodes --all"],
    ["wait-bad-path", "wait --for=jsonpath={.status[}=a nodes --all"],
    ["wait-path-value", "wait --for=jsonpath={.status.phase}=Active node/esp-a00001"],
    ["wait-path-exists", "wait --for=jsonpath={.status.firmware.version} nodes -l room=lab"],
    ["wait-path-timeout", "wait --for=jsonpath={.status.phase}=Dead node/esp-a00001 --timeout 1s"],
    ["wait-create", "wait --for=create node/esp-a00001"],
    ["wait-no-goal", "wait node/esp-a00001"],
    ["wait-nothing-named", "wait --for=delete nodes"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("sees a condition come true", async () => {
    const waiting = stage.start("wait --for=condition=Ready node/esp-a00003 --timeout 20s");
    const ready = { type: "Ready", status: "True", reason: "Converged", message: "It is what it should be." };
    const conditions = [{ ...ready, lastTransitionTime: "2026-11-20T18:00:00Z" }];
    await stage.asker.merge(`${urls.nodes}/esp-a00003/status`, { status: { conditions } });
    expect(await waiting.ended).toEqual({
      code: exitCodes.done,
      out: "node.spore.dev/esp-a00003 condition met\n",
      err: "",
    });
  });

  it("does not take the verdict on an older spec", async () => {
    await stage.asker.merge(`${urls.nodes}/esp-a00001`, { spec: { paused: true } });
    const line = "wait --for=condition=Ready node/esp-a00001 --timeout 2s";
    await expectGolden("wait-stale", line, await stage.run(line));
  });

  it("sees an object go", async () => {
    const waiting = stage.start("wait --for=delete node/esp-a00002");
    await stage.asker.delete(`${urls.nodes}/esp-a00002`);
    expect(await waiting.ended).toEqual({ code: exitCodes.done, out: "node.spore.dev/esp-a00002 deleted\n", err: "" });
  });
});
