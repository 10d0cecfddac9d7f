import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { configMap, nodeManifest, urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl delete", () => {
  it("says what it deleted, and waits until that is gone", async () => {
    await stage.asker.post(urls.nodes, nodeManifest("esp-c00001"));
    const line = "delete node esp-c00001";
    await expectGolden("delete", line, await stage.run(line));
    expect((await stage.asker.get(`${urls.nodes}/esp-c00001`)).status).toBe(404);
  });

  it("takes labels, and says when there is nothing", async () => {
    await stage.asker.post(urls.configMaps, configMap("one", {}, { labels: { old: "yes" } }));
    await stage.asker.post(urls.configMaps, configMap("two", {}, { labels: { old: "yes" } }));
    const line = "delete cm -l old=yes";
    await expectGolden("delete-selector", line, await stage.run(line));
    await expectGolden("delete-selector-again", line, await stage.run(line));
  });

  it.each([
    ["delete-not-found", "delete node esp-ffffff"],
    ["delete-ignore-not-found", "delete node esp-ffffff --ignore-not-found"],
    ["delete-nothing-named", "delete nodes"],
    ["delete-bad-timeout", "delete nodes --all --timeout soon"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("names the finalizer that holds an object, and does not wait with --no-wait", async () => {
    await stage.asker.post(urls.nodes, nodeManifest("esp-c00002", {}, { finalizers: ["spore.dev/held"] }));
    const line = "delete node/esp-c00002 --timeout 300ms";
    await expectGolden("delete-held", line, await stage.run(line));
    expect((await stage.asker.get(`${urls.nodes}/esp-c00002`)).json.metadata.deletionTimestamp).toBeDefined();
    expect((await stage.run("delete node/esp-c00002 --no-wait")).code).toBe(exitCodes.done);
  });

  it("is done when the finalizer goes, and when another object has taken the name", async () => {
    await stage.asker.post(urls.nodes, nodeManifest("esp-c00003", {}, { finalizers: ["spore.dev/held"] }));
    const url = `${urls.nodes}/esp-c00003`;
    await using watch = await stage.asker.watch(`${urls.nodes}?watch=1&fieldSelector=metadata.name=esp-c00003`);
    await watch.next();
    const deleting = stage.start("delete node/esp-c00003");
    await watch.next();
    await stage.asker.merge(url, { metadata: { finalizers: null } });
    await stage.asker.post(urls.nodes, nodeManifest("esp-c00003"));
    expect(await deleting.ended).toMatchObject({ code: exitCodes.done, err: "" });
    expect((await stage.asker.get(url)).status).toBe(200);
  });
});
