import { describe, expect, it } from "vitest";
import { exitCodes } from "../../controller/cli/io.ts";
import { runCli } from "../../controller/cli/run-cli.ts";
import { capturedIo } from "../support/captured-io.ts";

async function run(...words: string[]) {
  const io = capturedIo({ XDG_DATA_HOME: "/nowhere" });
  return { code: await runCli(words, io), ...io.written };
}

describe("runCli", () => {
  it("shows the verbs when nothing is said", async () => {
    expect(await run()).toMatchObject({ code: exitCodes.usage, err: expect.stringContaining("apply") });
    expect(await run("--help")).toMatchObject({ code: exitCodes.done, out: expect.stringContaining("describe") });
  });

  it("tells a wrong verb, and which may be meant", async () => {
    expect(await run("gett", "nodes")).toEqual({
      code: exitCodes.usage,
      out: "",
      err: 'error: there is no verb "gett"\nhint: did you mean "get"? sporectl --help lists them\n',
    });
  });

  it("tells options from verbs", async () => {
    expect((await run("-n", "get", "version", "--client")).out).toMatch(/^Client Version: v\d/);
  });

  it("refuses an unknown option with the exit code for it", async () => {
    expect(await run("get", "nodes", "--colour")).toMatchObject({
      code: exitCodes.usage,
      err: expect.stringContaining("--colour"),
    });
  });

  it("says in one line and a hint that there is no server to ask", async () => {
    const { code, err } = await run("get", "nodes");
    expect(code).toBe(exitCodes.usage);
    expect(err.split("\n")).toHaveLength(3);
    expect(err).toContain("hint: Start spored");
  });

  it("lets no message reach the terminal as a command", async () => {
    const { err } = await run(
      "wait",
      "--for=condition=Ready",
      "node/a\u001b[2J\u009b2J",
      "--kubeconfig",
      "\u001b]0;x\u0007",
    );
    expect(err).toContain("error: ");
    expect(err).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});
