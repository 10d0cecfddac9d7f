import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const configMap = (name: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: lab}${more}}\n---\n`;
const write = (...names: readonly string[]) => stage.file("set.yaml", names.map((name) => configMap(name)).join(""));
const present = async () => {
  const { items } = (await stage.asker.get(urls.configMaps)).json;
  return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
};

describe("sporectl apply --prune --inventory", () => {
  const line = "apply -f %/set.yaml --prune --inventory stock";

  it("removes what it applied before under that name, and nothing else", async () => {
    await stage.asker.post(urls.configMaps, { metadata: { name: "own", labels: { set: "lab" } } });
    await write("a", "b", "c");
    expect((await stage.run(line)).code).toBe(exitCodes.done);
    await write("a", "b");
    await expectGolden("apply-prune-dry-run", `${line} --dry-run=server`, await stage.run(`${line} --dry-run=server`));
    expect(await present()).toEqual(["a", "b", "c", "own", "stock"]);
    await expectGolden("apply-prune", line, await stage.run(line));
    expect(await present()).toEqual(["a", "b", "own", "stock"]);
  });

  it("leaves an object of the same name that somebody has made anew", async () => {
    await stage.asker.send("DELETE", `${urls.configMaps}/b`);
    await stage.asker.post(urls.configMaps, { metadata: { name: "b" } });
    await write("a");
    expect((await stage.run(line)).out).toBe("configmap/a unchanged\n");
    expect(await present()).toContain("b");
  });

  it("removes more than a fifth at once only when told to", async () => {
    await write("a", "d", "e", "f");
    await stage.run(line);
    await write("a");
    await expectGolden("apply-prune-too-many", line, await stage.run(line));
    expect(await present()).toEqual(["a", "b", "d", "e", "f", "own", "stock"]);
    expect((await stage.run(`${line} --prune-all --wait`)).code).toBe(exitCodes.done);
    expect(await present()).toEqual(["a", "b", "own", "stock"]);
  });

  it("removes nothing where one document is bad", async () => {
    await stage.file("set.yaml", `${configMap("g")}kind: Confetti\n`);
    expect((await stage.run(line)).code).toBe(exitCodes.failed);
    expect(await present()).toEqual(["a", "b", "own", "stock"]);
  });
});

describe("sporectl apply --prune -l", () => {
  it("removes what was applied and has these labels, as kubectl does", async () => {
    await write("a", "h");
    await stage.run("apply -f %/set.yaml");
    await write("a");
    const line = "apply -f %/set.yaml --prune -l set=lab --prune-allowlist core/v1/ConfigMap";
    await expectGolden("apply-prune-selector", line, await stage.run(line));
    expect(await present()).toEqual(["a", "b", "own", "stock"]);
  });

  it.each([
    ["apply-prune-among-what", "apply -f %/set.yaml --prune"],
    ["apply-prune-both", "apply -f %/set.yaml --prune --all -l a=b"],
    ["apply-prune-inventory-selector", "apply -f %/set.yaml --prune --inventory stock --all"],
    ["apply-prune-not-said", "apply -f %/set.yaml --inventory stock"],
    ["apply-prune-no-kind", "apply -f %/set.yaml --prune --all --prune-allowlist core/v1/Confetti"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
