import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exitCodes, type Io } from "../../../controller/cli/io.ts";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { configMap, nodeManifest, urls } from "../../support/api-server.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const isThere = async (name: string) => (await stage.asker.get(`${urls.configMaps}/${name}`)).status === 200;

describe("sporectl delete", () => {
  beforeEach(async () => {
    for (const name of ["one", "two"]) await stage.asker.post(urls.configMaps, configMap(name));
  });

  it.each(["client", "server"])("deletes nothing with --dry-run=%s", async (where) => {
    const line = `delete cm one two --dry-run=${where}`;
    await expectGolden(`delete-dry-run-${where}`, line, await stage.run(line));
    expect(await isThere("one")).toBe(true);
  });

  it("tries every object, and names the one that is missing", async () => {
    const line = "delete cm/one cm/nope cm/two";
    await expectGolden("delete-partly", line, await stage.run(line));
    expect([await isThere("one"), await isThere("two")]).toEqual([false, false]);
  });

  it("deletes what files say, and takes what is gone for an error unless told otherwise", async () => {
    await stage.file(
      "two.yaml",
      ["one", "nope"].map((name) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`).join(""),
    );
    expect(await stage.run("delete -f %/two.yaml --ignore-not-found -o name")).toEqual({
      code: 0,
      out: "configmap/one\n",
      err: "",
    });
    const line = "delete -f %/two.yaml";
    await expectGolden("delete-files-gone", line, await stage.run(line));
  });

  it.each([
    ["background", undefined],
    ["orphan", "orphan"],
    ["foreground", "foregroundDeletion"],
  ])("asks the server for --cascade=%s", async (how, finalizer) => {
    await stage.asker.merge(`${urls.configMaps}/one`, { metadata: { finalizers: ["spore.dev/held"] } });
    await using watch = await stage.asker.watch(`${urls.configMaps}?watch=1&fieldSelector=metadata.name=one`);
    await watch.next();
    expect((await stage.run(`delete cm one --wait=false --cascade=${how}`)).code).toBe(exitCodes.done);
    // Without dependents the garbage collector is done with its own at once, so what was asked for shows in the first event alone.
    const { finalizers } = (await watch.next()).object.metadata;
    expect(finalizers.filter((each: string) => each !== "spore.dev/held")).toEqual(finalizer ? [finalizer] : []);
    await stage.asker.merge(`${urls.configMaps}/one`, { metadata: { finalizers: null } });
  });

  it("says that it did not wait when it was forced", async () => {
    const line = "delete cm one --force --grace-period=0";
    await expectGolden("delete-forced", line, await stage.run(line));
  });

  it.each([
    ["delete-bad-cascade", "delete cm one --cascade=sideways"],
    ["delete-bad-wait", "delete --wait cm one"],
    ["delete-bad-grace", "delete cm one --grace-period=soon"],
    ["delete-now-and-grace", "delete cm one --now --grace-period=5"],
    ["delete-bad-output", "delete cm one -o yaml"],
    ["delete-name-and-all", "delete cm one --all"],
    ["delete-words-and-files", "delete cm one -f %/two.yaml"],
    ["delete-nothing", "delete"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
    expect(await isThere("one")).toBe(true);
  });
});

describe("sporectl delete on a terminal", () => {
  async function answer(words: readonly string[], typed: string) {
    const io = capturedIo({ SPORE_KUBECONFIG: stage.kubeconfig }, typed);
    const terminal: Io = { ...io, err: { ...io.err, isTerminal: true } };
    const code = await runCli(words, terminal);
    return { code, err: io.written.err };
  }

  it("asks before owned nodes go, and takes no answer for no", async () => {
    await stage.asker.post(urls.nodes, nodeManifest("esp-d00001", { owner: { namespace: "default" } }));
    const words = ["delete", "node", "esp-d00001"];
    const refused = await answer(words, "");
    expect(refused.err).toContain(
      "Delete 1 owned node (esp-d00001)? A board that is still there comes back without its owner. [y/N]",
    );
    expect(refused.code).toBe(exitCodes.usage);
    expect((await stage.asker.get(`${urls.nodes}/esp-d00001`)).status).toBe(200);
    expect((await answer(words, "y\n")).code).toBe(exitCodes.done);
    expect((await stage.asker.get(`${urls.nodes}/esp-d00001`)).status).toBe(404);
  });

  it("asks before all of a kind goes, unless --yes was said", async () => {
    await stage.asker.post(urls.configMaps, configMap("one"));
    expect((await answer(["delete", "cm", "--all"], "n\n")).err).toMatch(/Delete all \d+ configmaps\? \[y\/N\]/);
    expect(await isThere("one")).toBe(true);
    expect((await answer(["delete", "cm", "--all", "--yes"], "")).err).toBe("");
    expect(await isThere("one")).toBe(false);
  });
});
