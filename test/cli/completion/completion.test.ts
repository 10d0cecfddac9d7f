import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completionScript, shells } from "../../../controller/cli/completion/scripts.ts";
import { type CliStage, cliStage, furnish } from "../../support/cli-stage.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

const home = directoryOfFile();
let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The candidates for the last word; `''` is one that is empty. */
async function candidates(line: string): Promise<readonly string[]> {
  const { out, err, code } = await stage.run(`__complete -- ${line}`);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return out.split("\n").slice(0, -1);
}

describe("sporectl __complete", () => {
  it.each([
    ["ge", ["get"]],
    ["config use", ["use-context"]],
    ["auth ''", ["can-i", "whoami"]],
    ["get nodeg", ["nodegrouprevisions", "nodegroups"]],
    ["get node esp-a0", ["esp-a00001", "esp-a00002", "esp-a00003"]],
    ["get node esp-a00001 esp-a0", ["esp-a00002", "esp-a00003"]],
    ["describe ng/", ["ng/lab-sensors"]],
    ["get nodes,nodegroups", ["nodes,nodegroups"]],
    ["get nodes -n at", ["attic"]],
    ["-n attic get ng ''", []],
    ["get nodes --outp", ["--output", "--output-watch-events"]],
    [
      "get nodes --output=js",
      ["--output=json", "--output=jsonpath=", "--output=jsonpath-file=", "--output=jsonpath-as-json="],
    ],
    ["get nodes -o ya", ["yaml"]],
    ["adopt esp-a00003", ["esp-a00003"]],
    ["config use-context ''", ["spore"]],
    ["--context sp", ["spore"]],
    ["get nopes ''", []],
    ["frobnicate ''", []],
    ["completion z", ["zsh"]],
  ])("%s", async (line, found) => {
    expect(await candidates(line)).toEqual(found);
  });

  it("offers nothing, and says nothing, when there is no server", async () => {
    expect(await candidates("get nodes --kubeconfig %/nowhere ''")).toEqual([]);
  });
});

describe("sporectl completion", () => {
  it.each(shells)("prints a script for %s", async (shell) => {
    expect(await stage.run(`completion ${shell}`)).toEqual({ code: 0, out: completionScript(shell), err: "" });
  });

  it("refuses other shells", async () => {
    expect(await stage.run("completion tcsh")).toMatchObject({ code: 2, err: expect.stringContaining("powershell") });
  });

  it("completes in a real bash", () => {
    const directory = join(home, "bin");
    mkdirSync(directory, { recursive: true });
    const fake = `#!/bin/sh\nprintf '%s|' "$@" > '${directory}/asked'\nprintf '%s\\n' --output=json --output=jsonpath=\n`;
    writeFileSync(join(directory, "sporectl"), fake, { mode: 0o755 });
    writeFileSync(join(directory, "script"), completionScript("bash") ?? "");
    const ask = (line: string) =>
      execFileSync(
        "bash",
        [
          "--norc",
          "-c",
          `source "$0/script"; compopt() { :; }; COMP_LINE="$1"; COMP_POINT=\${#COMP_LINE}; _sporectl; printf '%s,' "\${COMPREPLY[@]}"; cat "$0/asked"`,
          directory,
          line,
        ],
        { encoding: "utf8", env: { ...process.env, PATH: `${directory}:${process.env.PATH}` } },
      );
    expect(ask("sporectl get nodes --output=js")).toBe("json,jsonpath=,__complete|--|get|nodes|--output=js|");
    expect(ask("sporectl get ")).toContain("__complete|--|get||");
  });
});
