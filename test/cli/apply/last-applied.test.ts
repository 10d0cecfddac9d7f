import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await stage.file("lab.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lab}\ndata: {b: '<2>', a: '1'}\n");
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl apply view-last-applied", () => {
  it("shows what was applied, not what is", async () => {
    await stage.run("apply -f %/lab.yaml");
    await stage.asker.merge(`${urls.configMaps}/lab`, { data: { c: "3" } });
    for (const format of ["yaml", "json"]) {
      const line = `apply view-last-applied configmap/lab -o ${format}`;
      await expectGolden(`view-last-applied-${format}`, line, await stage.run(line));
    }
  });

  it("says so where nothing was", async () => {
    await stage.asker.post(urls.configMaps, { metadata: { name: "bare" } });
    const line = "apply view-last-applied configmap bare";
    await expectGolden("view-last-applied-none", line, await stage.run(line));
  });
});

describe("sporectl apply set-last-applied", () => {
  it("writes what a file says into the annotation alone", async () => {
    const line = "apply set-last-applied -f %/lab.yaml";
    expect(await stage.run(line)).toMatchObject({ out: "set-last-applied lab: no changes required.\n" });
    await stage.file("lab.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lab}\ndata: {a: '9'}\n");
    expect(await stage.run(`${line} --dry-run=client`)).toMatchObject({ out: "configmap/lab configured (dry run)\n" });
    expect(await stage.run(line)).toMatchObject({ out: "configmap/lab configured\n", code: exitCodes.done });
    expect((await stage.asker.get(`${urls.configMaps}/lab`)).json.data).toEqual({ a: "1", b: "<2>", c: "3" });
    expect((await stage.run("apply view-last-applied cm/lab -o json")).out).toContain('"a": "9"');
  });

  it("begins with it only when told to", async () => {
    await stage.file("bare.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bare}\n");
    const line = "apply set-last-applied -f %/bare.yaml";
    await expectGolden("set-last-applied-none", line, await stage.run(line));
    expect(await stage.run(`${line} --create-annotation`)).toMatchObject({ out: "configmap/bare configured\n" });
  });
});
