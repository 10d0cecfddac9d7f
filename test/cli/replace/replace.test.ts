import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { configMap, urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await stage.asker.post(urls.configMaps, configMap("lab", { a: "1", b: "2" }));
});
afterAll(() => stage[Symbol.asyncDispose]());

const manifest = (more = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lab${more}}\ndata: {a: "3"}\n`;
const live = async () => (await stage.asker.get(`${urls.configMaps}/lab`)).json;

describe("sporectl replace", () => {
  it("takes away what the file leaves out", async () => {
    await stage.file("lab.yaml", manifest());
    expect((await stage.run("replace -f %/lab.yaml --dry-run=server")).out).toBe(
      "configmap/lab replaced (server dry run)\n",
    );
    expect((await live()).data).toEqual({ a: "1", b: "2" });
    expect(await stage.run("replace -f %/lab.yaml")).toEqual({ code: 0, out: "configmap/lab replaced\n", err: "" });
    expect((await live()).data).toEqual({ a: "3" });
  });

  it("goes by the version that the file names", async () => {
    await stage.file("lab.yaml", manifest(', resourceVersion: "1"'));
    const line = "replace -f %/lab.yaml";
    await expectGolden("replace-stale", line, await stage.run(line));
  });

  it("makes the object anew with --force, but not where the new one would be refused", async () => {
    const { uid } = (await live()).metadata;
    await stage.file("lab.yaml", manifest(", labels: {a: 'b c'}"));
    expect((await stage.run("replace -f %/lab.yaml --force")).code).toBe(exitCodes.failed);
    expect((await live()).metadata.uid).toBe(uid);
    await stage.file("lab.yaml", manifest());
    const line = "replace -f %/lab.yaml --force";
    await expectGolden("replace-force", line, await stage.run(line));
    expect((await live()).metadata.uid).not.toBe(uid);
  });

  it("says that there is nothing to replace", async () => {
    await stage.file("nope.yaml", manifest().replace("name: lab", "name: nope"));
    const line = "replace -f %/nope.yaml";
    await expectGolden("replace-not-found", line, await stage.run(line));
  });

  it.each([
    ["replace-nothing", "replace"],
    ["replace-no-part", "replace -f %/lab.yaml --subresource=spec"],
    ["help-replace", "replace --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
