import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientVersion } from "../../controller/cli/client-version.ts";
import { commands } from "../../controller/cli/commands.ts";
import { exitCodes } from "../../controller/cli/io.ts";
import { runCli } from "../../controller/cli/run-cli.ts";
import { capturedIo } from "../support/captured-io.ts";
import { type CliStage, cliStage, expectGolden } from "../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl --help", () => {
  it.each(["", ...commands.map(({ name }) => `${name} `), "firmware inspect ", "firmware push "])(
    "sporectl %s--help",
    async (verb) => {
      const line = `${verb}--help`;
      const ran = await stage.run(line);
      await expectGolden(`help-${verb.trim().replace(" ", "-")}`.replace(/-$/, ""), line, ran);
      expect(ran).toMatchObject({ code: exitCodes.done, err: "" });
    },
  );

  it("is what help VERB shows, too", async () => {
    expect(await stage.run("help wait")).toEqual(await stage.run("wait --help"));
    expect(await stage.run("help")).toEqual(await stage.run("--help"));
  });
});

describe("sporectl version", () => {
  it("tells the versions of both sides", async () => {
    const { code, out } = await stage.run("version");
    expect(code).toBe(exitCodes.done);
    expect(out).toMatch(/^Client Version: v\d+\.\d+\.\d+\nServer Version: v\d+\.\d+\.\d+.*\n$/);
    expect((await stage.run("version --client")).out).toBe(`Client Version: v${clientVersion()}\n`);
    expect((await stage.run("--version")).out).toBe(`sporectl v${clientVersion()}\n`);
  });

  it("tells its own when there is no server", async () => {
    const io = capturedIo({ XDG_DATA_HOME: "/nowhere" });
    expect(await runCli(["version"], io)).not.toBe(exitCodes.done);
    expect(io.written.out).toBe(`Client Version: v${clientVersion()}\n`);
    expect(io.written.err).toContain("there is no kubeconfig at /nowhere/spore/admin.kubeconfig");
  });
});

describe("what makes no sense", () => {
  it.each([
    ["unknown-verb", "gett nodes"],
    ["unknown-verb-far", "frobnicate"],
    ["unknown-context", "get nodes --context moon"],
    ["missing-kubeconfig", "get nodes --kubeconfig %/nowhere.kubeconfig"],
    ["option-without-value", "get nodes -n"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});
