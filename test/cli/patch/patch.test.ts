import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { configMap, urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
  await stage.asker.post(urls.configMaps, configMap("lab", { a: "1" }));
});
afterAll(() => stage[Symbol.asyncDispose]());

const data = async () => (await stage.asker.get(`${urls.configMaps}/lab`)).json.data;

describe("sporectl patch", () => {
  it("changes fields, in each of the languages, and says when nothing changed", async () => {
    expect((await stage.run(`patch cm lab -p '{"data":{"a":"2"}}'`)).out).toBe("configmap/lab patched\n");
    expect((await stage.run(`patch cm lab -p '{"data":{"a":"2"}}'`)).out).toBe("configmap/lab patched (no change)\n");
    expect((await stage.run(`patch cm lab --type=merge -p 'data: {b: "3"}'`)).code).toBe(exitCodes.done);
    const json = `[{"op":"replace","path":"/data/a","value":"4"}]`;
    expect((await stage.run(`patch cm/lab --type=json -p '${json}' -o name`)).out).toBe("configmap/lab\n");
    expect(await data()).toEqual({ a: "4", b: "3" });
  });

  it("takes a kind that knows no strategic patch without being told", async () => {
    expect((await stage.run(`patch nodegroup lab-sensors -p '{"spec":{"paused":true}}'`)).code).toBe(exitCodes.done);
    expect((await stage.asker.get(`${urls.groups}/lab-sensors`)).json.spec.paused).toBe(true);
    const line = `patch nodegroup lab-sensors --type=strategic -p '{"spec":{"paused":true}}'`;
    await expectGolden("patch-strategic", line, await stage.run(line));
  });

  it("changes the status alone where that is asked for", async () => {
    const line = `patch sn esp-a00001 --subresource=status -p '{"spec":{"paused":true},"status":{"phase":"Dead"}}'`;
    expect((await stage.run(line)).out).toBe("node.spore.dev/esp-a00001 patched\n");
    const { spec, status } = (await stage.asker.get(`${urls.nodes}/esp-a00001`)).json;
    expect([spec.paused ?? false, status.phase]).toEqual([false, "Dead"]);
  });

  it.each(["client", "server"])("changes nothing with --dry-run=%s", async (where) => {
    const line = `patch cm lab --type=merge -p '{"data":{"a":"9"}}' --dry-run=${where}`;
    expect((await stage.run(`${line} -o json`)).out).toContain('"a": "9"');
    expect((await data()).a).toBe("4");
  });

  it("reads the patch from a file, or from standard input", async () => {
    await stage.file("patch.yaml", 'data: {a: "5"}\n');
    expect((await stage.run("patch cm lab --patch-file %/patch.yaml")).code).toBe(exitCodes.done);
    expect((await stage.run("patch cm lab --patch-file -", 'data: {b: "6"}\n')).code).toBe(exitCodes.done);
    expect(await data()).toEqual({ a: "5", b: "6" });
  });

  it.each([
    ["patch-no-patch", "patch cm lab"],
    ["patch-two-patches", "patch cm lab -p {} --patch-file %/patch.yaml"],
    ["patch-no-file", "patch cm lab --patch-file %/nowhere"],
    ["patch-no-yaml", "patch cm lab -p {a"],
    ["patch-no-object", "patch cm lab -p 7"],
    ["patch-no-list", "patch cm lab --type=json -p {}"],
    ["patch-no-type", "patch cm lab --type=wish -p {}"],
    ["patch-no-part", "patch cm lab --subresource=spec -p {}"],
    ["patch-not-found", "patch cm nope -p {}"],
    ["patch-refused", `patch nodegroup lab-sensors -p '{"spec":{"minReadySeconds":"soon"}}'`],
    ["help-patch", "patch --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
