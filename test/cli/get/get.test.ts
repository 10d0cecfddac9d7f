import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { exitCodes } from "../../../controller/cli/io.ts";
import { nodeManifest, urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
  await stage.file("some.yaml", "apiVersion: spore.dev/v1alpha1\nkind: Node\nmetadata: {name: esp-a00002}\n");
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl get", () => {
  it.each([
    ["get-table", "get nodes"],
    ["get-wide", "get nodes -o wide"],
    ["get-yaml", "get node esp-a00003 -o yaml"],
    ["get-json", "get node/esp-a00003 -o json"],
    ["get-name", "get sn esp-a00001 esp-a00002 -o name"],
    ["get-list-yaml", "get ng -o yaml"],
    ["get-selector", "get nodes -l room=hall --show-labels"],
    ["get-field-selector", "get nodes --field-selector metadata.name=esp-a00002 --no-headers"],
    ["get-several-kinds", "get nodes,nodegroups"],
    ["get-category", "get spore"],
    ["get-all-namespaces", "get nodegroups -A"],
    ["get-nothing", "get nodegroups -n attic"],
    ["get-not-found", "get node esp-ffffff"],
    ["get-unknown-kind", "get pods"],
    ["get-unknown-format", "get nodes -o jsonpath"],
    ["get-bad-selector", "get nodes -l 'room in'"],
    ["get-no-words", "get"],
    ["get-unknown-option", "get nodes --selectr room=lab"],
    [
      "get-jsonpath",
      `get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.firmware.version}{"\\n"}{end}'`,
    ],
    ["get-jsonpath-bad", "get nodes -o jsonpath={.items[0}"],
    ["get-jsonpath-dead-end", "get nodes -o jsonpath={.items[7]}"],
    ["get-go-template", `get nodes -o 'go-template={{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}'`],
    ["get-go-template-bad", "get nodes -o 'go-template={{.items | frobnicate}}'"],
    ["get-custom-columns", "get nodes -o custom-columns=NAME:.metadata.name,ROOM:.metadata.labels.room,NOPE:.nope"],
    ["get-custom-columns-bad", "get nodes -o custom-columns=NAME"],
    ["get-sorted", "get nodes --sort-by .status.port"],
    ["get-sorted-by-label", "get nodes --sort-by {.metadata.labels.room} -L room,spore.dev/family"],
    ["get-show-kind", "get node/esp-a00001 ng/lab-sensors --no-headers"],
    ["get-subresource", "get node esp-a00001 --subresource status -o jsonpath={.status.phase}"],
    ["get-file", "get -f %/some.yaml -o name"],
    ["get-file-and-words", "get nodes -f %/some.yaml"],
    ["get-raw", "get --raw /readyz"],
    ["get-raw-no-path", "get --raw readyz"],
    ["get-some-missing", "get nodes esp-a00001 esp-ffffff"],
    ["get-ignore-not-found", "get nodes esp-ffffff --ignore-not-found"],
    ["get-labels-of-yaml", "get nodes -o yaml --show-labels"],
    ["get-events-without-watch", "get nodes --output-watch-events"],
    ["get-bad-chunk-size", "get nodes --chunk-size many"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("shows changes under the columns of the list, until it is interrupted", async () => {
    await stage.asker.post(urls.nodes, nodeManifest("esp-a00004", {}, { labels: { room: "attic" } }));
    const watching = stage.start("get nodes -w -l room=attic");
    await watching.shows(/esp-a00004/);
    await stage.asker.post(urls.nodes, nodeManifest("esp-b00001", {}, { labels: { room: "attic" } }));
    await watching.shows(/esp-b00001/);
    await stage.asker.merge(`${urls.nodes}/esp-b00001`, { spec: { owner: { namespace: "attic" } } });
    await watching.shows(/attic/);
    await stage.asker.delete(`${urls.nodes}/esp-b00001`);
    await watching.shows(/(esp-b00001[\s\S]*){3}/); // the last time as it was when it was deleted
    watching.interrupt();
    const ran = await watching.ended;
    await expectGolden("get-watch", "get nodes -w -l room=attic", ran);
    expect(ran.code).toBe(exitCodes.interrupted);
  });

  it("says of each line what happened, where that is asked for", async () => {
    const line = "get nodes -w --output-watch-events -l room=cellar";
    const watching = stage.start(line);
    await stage.asker.post(urls.nodes, nodeManifest("esp-b00002", {}, { labels: { room: "cellar" } }));
    await watching.shows(/ADDED +esp-b00002/);
    await stage.asker.merge(`${urls.nodes}/esp-b00002`, { spec: { paused: true } });
    await watching.shows(/MODIFIED +esp-b00002/);
    await stage.asker.delete(`${urls.nodes}/esp-b00002`);
    await watching.shows(/DELETED +esp-b00002/);
    watching.interrupt();
    await expectGolden("get-watch-events", line, await watching.ended);
  });

  it("writes changes as one stream of YAML documents", async () => {
    const watching = stage.start("get node esp-a00003 -w -o yaml --output-watch-events");
    await watching.shows(/type: ADDED/);
    await stage.asker.merge(`${urls.nodes}/esp-a00003`, { metadata: { labels: { shelf: "2" } } });
    await watching.shows(/type: MODIFIED/);
    watching.interrupt();
    const types = parseAllDocuments((await watching.ended).out).map((document) => document.get("type"));
    expect(types).toEqual(["ADDED", "MODIFIED"]);
  });

  it("watches no name that there is not", async () => {
    expect(await stage.run("get node esp-ffffff -w")).toMatchObject({ code: exitCodes.failed, out: "" });
  });

  it("refuses what says which, beside a name", async () => {
    for (const line of ["get node esp-a00001 -l room=lab", "get ng lab-sensors -A"]) {
      expect(await stage.run(line)).toMatchObject({ code: exitCodes.usage, out: "" });
    }
  });

  it("watches names as well", async () => {
    const watching = stage.start("get node esp-a00001 -w -o name");
    await watching.shows(/^node\.spore\.dev\/esp-a00001\n/);
    await stage.asker.merge(`${urls.nodes}/esp-a00001`, { metadata: { labels: { shelf: "2" } } });
    await watching.shows(/(node\.spore\.dev\/esp-a00001\n){2}/);
    watching.interrupt();
    expect((await watching.ended).code).toBe(exitCodes.interrupted);
  });

  it("reads a list in pages of any size", async () => {
    const whole = await stage.run("get nodes --chunk-size 0");
    expect(whole.out.split("\n").length).toBeGreaterThan(4);
    expect(await stage.run("get nodes --chunk-size 1")).toEqual(whole);
    expect(await stage.run("get nodes --chunk-size 2 -o json")).toEqual(await stage.run("get nodes -o json"));
  });

  it("shows changes only, where that is asked for", async () => {
    const watching = stage.start("get nodes esp-a00001 --watch-only -o jsonpath={.metadata.labels.turn};");
    let isSeen = false;
    const seen = watching.shows(/\d+;/).then(() => {
      isSeen = true;
    });
    // Nothing shows when the watch has begun: until it has, nobody sees the changes.
    for (let turn = 1; !isSeen; turn += 1) {
      await stage.asker.merge(`${urls.nodes}/esp-a00001`, { metadata: { labels: { turn: String(turn) } } });
      await new Promise((resolve) => setImmediate(resolve)); // the other end of the connection is in this process
    }
    await seen;
    watching.interrupt();
    expect((await watching.ended).out).toMatch(/^(\d+;)+$/); // not what there was: that had no such label
    await stage.asker.merge(`${urls.nodes}/esp-a00001`, { metadata: { labels: { turn: null } } });
  });

  it("watches one kind at a time", async () => {
    expect(await stage.run("get nodes,ng -w")).toMatchObject({ code: exitCodes.usage, out: "" });
  });
});
