import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { configMap, urls } from "../../support/api-server.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { type CliStage, cliStage } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const lab = `${urls.configMaps}/lab`;

beforeEach(async () => {
  await stage.asker.send("DELETE", lab);
  await stage.asker.post(urls.configMaps, configMap("lab", { a: "1", b: "2" }));
  await stage.file("count", "");
});

/** Runs `sporectl edit` with an editor that is a list of shell commands: the n-th opening runs the n-th, on the file `$1`. */
async function edit(steps: readonly string[], words = ["cm", "lab"]) {
  const cases = steps.map((step, index) => `${index + 1}) ${step};;`).join("\n");
  await stage.file(
    "editor",
    `#!/bin/sh\necho x >> ${stage.folder}/count\ncp "$1" ${stage.folder}/seen\ncase $(wc -l < ${stage.folder}/count | tr -d ' ') in\n${cases}\nesac\n`,
  );
  await chmod(join(stage.folder, "editor"), 0o755);
  const env = {
    SPORE_KUBECONFIG: stage.kubeconfig,
    PATH: process.env.PATH ?? "",
    EDITOR: join(stage.folder, "editor"),
  };
  const io = capturedIo(env);
  const code = await runCli(["edit", ...words], io);
  return { code, ...io.written, openings: readFileSync(join(stage.folder, "count"), "utf8").split("\n").length - 1 };
}

const seen = () => readFile(join(stage.folder, "seen"), "utf8");
const data = async () => (await stage.asker.get(lab)).json.data;
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("sporectl-edit-"));
const keptIn = (text: string) => /kept in (\S+?)(:|\n|$)/.exec(text)?.[1] ?? "";
const change = (from: string, to: string) => `sed -i 's/${from}/${to}/' "$1"`;

describe("sporectl edit", () => {
  it("saves what was changed, and leaves no file behind", async () => {
    expect(await edit([change('a: "1"', 'a: "3"')])).toEqual({
      code: 0,
      out: "configmap/lab edited\n",
      err: "",
      openings: 1,
    });
    expect(await data()).toEqual({ a: "3", b: "2" });
    expect(await seen()).not.toContain("managedFields");
    expect(leftovers()).toEqual([]);
  });

  it("edits JSON as well", async () => {
    const ran = await edit([change('"a": "1"', '"a": "4"')], ["cm", "lab", "-o", "json"]);
    expect(ran.code).toBe(exitCodes.done);
    expect(await data()).toEqual({ a: "4", b: "2" });
  });

  it.each([
    ["nothing was changed", ":"],
    ["the text is empty", ': > "$1"'],
    ["only comments are left", "echo '# never mind' > \"$1\""],
  ])("writes nothing when %s", async (_what, step) => {
    expect(await edit([step])).toMatchObject({ code: 0, out: "", err: "Edit cancelled, no changes made.\n" });
    expect(leftovers()).toEqual([]);
  });

  it("opens again with the reason when the text is no YAML, or refused", async () => {
    const ran = await edit([change('a: "1"', "a: [1"), change("a: \\[1", "a: {x: 1}"), change("a: {x: 1}", 'a: "5"')]);
    expect(ran).toMatchObject({ code: 0, out: "configmap/lab edited\n", openings: 3 });
    expect(await seen()).toMatch(/^# It was not saved: .*data\.a/m);
    expect(await data()).toEqual({ a: "5", b: "2" });
  });

  it("refuses to make another object of it", async () => {
    const ran = await edit([change("name: lab", "name: hall"), change("name: hall", "name: lab")]);
    expect(ran).toMatchObject({ code: 0, openings: 2 });
    expect(await seen()).toContain('metadata.name cannot be changed here, from "lab" to "hall"');
  });

  it("keeps the text and says where, when it is refused for good", async () => {
    const ran = await edit([change('a: "1"', "a: [1"), ":"]);
    expect(ran).toMatchObject({ code: exitCodes.failed, openings: 2 });
    const path = keptIn(ran.err);
    expect(readFileSync(path, "utf8")).toContain("a: [1");
    rmSync(dirname(path), { recursive: true });
    expect(await data()).toEqual({ a: "1", b: "2" });
  });

  it("puts the change on top of what somebody else changed meanwhile", async () => {
    const meanwhile = `[ -e ${stage.folder}/go ] || { touch ${stage.folder}/ready; while ! [ -e ${stage.folder}/go ]; do sleep 0.02; done; }`;
    const ended = edit([`${change('a: "1"', 'a: "6"')}; ${meanwhile}`, ":"]);
    while (!existsSync(join(stage.folder, "ready"))) await new Promise((resolve) => setImmediate(resolve));
    await stage.asker.merge(lab, { data: { b: "7", c: "8" } });
    await stage.file("go", "");
    expect(await ended).toMatchObject({ code: exitCodes.done, openings: 2 });
    expect(await seen()).toMatch(/^# Somebody else changed the object meanwhile/m);
    expect(await seen()).toMatch(/a: "6"\n {2}b: "7"\n {2}c: "8"/);
    expect(await data()).toEqual({ a: "6", b: "7", c: "8" });
    expect(leftovers()).toEqual([]);
  });

  it("keeps what was saved when the editor crashes", async () => {
    const ran = await edit([`${change('a: "1"', 'a: "9"')}; exit 3`]);
    expect(ran.code).toBe(exitCodes.usage);
    expect(ran.err).toContain("ended with exit code 3");
    const path = keptIn(ran.err);
    expect(readFileSync(path, "utf8")).toContain('a: "9"');
    rmSync(dirname(path), { recursive: true });
  });

  it("says what is missing where there is neither editor nor terminal", async () => {
    expect(await stage.run("edit cm lab")).toMatchObject({
      code: exitCodes.usage,
      err: expect.stringContaining("set $EDITOR"),
    });
    expect((await stage.run("edit")).code).toBe(exitCodes.usage);
  });
});
