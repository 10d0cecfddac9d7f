import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

const specOf = async (name: string) => (await stage.asker.get(`${urls.nodes}/${name}`)).json.spec;

describe("sporectl adopt and release", () => {
  it("gives a node to a namespace, and takes it back", async () => {
    await expectGolden("adopt", "adopt esp-a00003", await stage.run("adopt esp-a00003"));
    expect((await specOf("esp-a00003")).owner).toEqual({ namespace: "default" });
    await expectGolden("release", "release node esp-a00003", await stage.run("release node esp-a00003"));
    expect((await specOf("esp-a00003")).owner).toBeUndefined();
  });

  it("adopts nothing when one of the named nodes belongs to another namespace", async () => {
    const line = "adopt esp-a00003 node/esp-a00002";
    await expectGolden("adopt-owned-elsewhere", line, await stage.run(line));
    expect((await specOf("esp-a00003")).owner).toBeUndefined();
    expect((await specOf("esp-a00002")).owner).toEqual({ namespace: "attic" });
  });

  it("--all means what belongs to nobody, or to this namespace", async () => {
    await expectGolden("adopt-all", "adopt --all", await stage.run("adopt --all"));
    expect((await specOf("esp-a00002")).owner).toEqual({ namespace: "attic" });
    await expectGolden("release-all", "release --all -n attic", await stage.run("release --all -n attic"));
    expect((await specOf("esp-a00001")).owner).toEqual({ namespace: "default" });
  });

  it.each([
    ["adopt-not-found", "adopt esp-ffffff"],
    ["adopt-nothing", "adopt"],
    ["adopt-no-match", "adopt -l room=cellar"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});

describe("sporectl pause, resume and restart", () => {
  it.each([
    ["pause-node", "pause esp-a00001"],
    ["pause-group", "pause nodegroup/lab-sensors esp-a00002"],
    ["pause-kind-name", "pause nodegroup lab-sensors"],
    ["resume", "resume ng/lab-sensors esp-a00001"],
    ["restart-node", "restart esp-a00001"],
    ["restart-group", "restart nodegroup/lab-sensors"],
    ["restart-not-found", "restart nodegroup/hall-sensors"],
    ["restart-other-kind", "restart configmap/lab"],
    ["pause-nothing", "pause"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("write what reconcilers read", async () => {
    const group = `${urls.groups}/lab-sensors`;
    await stage.run("pause esp-a00001 ng/lab-sensors");
    expect((await specOf("esp-a00001")).paused).toBe(true);
    expect((await stage.asker.get(group)).json.spec.paused).toBe(true);
    await stage.run("resume esp-a00001 ng/lab-sensors");
    expect((await specOf("esp-a00001")).paused).toBe(false);
    await stage.run("restart esp-a00001 ng/lab-sensors");
    expect((await specOf("esp-a00001")).restartedAt).toBe("2026-11-20T18:00:41Z");
    expect((await stage.asker.get(group)).json.spec.template.restartedAt).toBe("2026-11-20T18:00:41Z");
  });
});
