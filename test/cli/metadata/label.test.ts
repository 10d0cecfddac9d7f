import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editPatch } from "../../../controller/cli/metadata/key-value-edits.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

describe("editPatch", () => {
  it("sets, removes, and takes a value that is already there", () => {
    expect(editPatch(["a=1", "spore.dev/b-", "c="], { a: "1" }, false, "label")).toEqual({
      a: "1",
      "spore.dev/b": null,
      c: "",
    });
  });

  it("changes a value only with --overwrite", () => {
    expect(() => editPatch(["a=2"], { a: "1" }, false, "label")).toThrow('label a already has the value "1"');
    expect(editPatch(["a=2"], { a: "1" }, true, "label")).toEqual({ a: "2" });
  });
});

describe("sporectl label", () => {
  let stage: CliStage;
  beforeAll(async () => {
    stage = await cliStage();
    await furnish(stage);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it.each([
    ["label-set", "label node esp-a00001 shelf=2 lamp=on"],
    ["label-same", "label node esp-a00001 shelf=2"],
    ["label-conflict", "label node esp-a00001 shelf=3"],
    ["label-overwrite", "label node/esp-a00001 shelf=3 --overwrite"],
    ["label-remove", "label sn -l room=lab shelf- lamp-"],
    ["label-bad-value", "label node esp-a00001 'shelf=no. 2'"],
    ["label-not-found", "label node esp-ffffff shelf=2"],
    ["label-no-labels", "label node esp-a00001"],
    ["label-both", "label node esp-a00001 shelf=2 shelf-"],
    ["label-list", "label node esp-a00001 esp-a00003 --list"],
    ["label-dry-run", "label node esp-a00001 shelf=7 --dry-run=server --overwrite"],
    ["label-dry-run-client", "label node esp-a00001 new=7 --dry-run=client -o name"],
    ["label-stale", "label node esp-a00001 new=7 --resource-version=1"],
    ["label-version-of-many", "label nodes --all new=7 --resource-version=1"],
    ["annotate-set", "annotate node esp-a00001 'example.dev/note=two words'"],
    ["annotate-again", "annotate node esp-a00001 'example.dev/note=two words'"],
    ["annotate-conflict", "annotate node esp-a00001 example.dev/note=none"],
    ["annotate-remove", "annotate nodes -l room=lab example.dev/note-"],
    ["label-no-objects", "label nodes shelf=2"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("changes nothing when one of several objects is in the way", async () => {
    const labelsOf = async (name: string) => (await stage.asker.get(`${urls.nodes}/${name}`)).json.metadata.labels;
    expect((await stage.run("label node esp-a00001 esp-a00003 room=lab")).code).toBe(1);
    expect((await stage.run("label node esp-a00001 esp-a00003 new=1 room=lab")).code).toBe(1);
    expect((await labelsOf("esp-a00001")).new).toBeUndefined();
    expect((await labelsOf("esp-a00003")).room).toBe("hall");
  });
});
