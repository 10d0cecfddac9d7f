import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { program } from "../support/built-programs.ts";
import { type CliStage, cliStage, furnish } from "../support/cli-stage.ts";

const run = promisify(execFile);

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A process that outlives its work fails the test by its time limit, which is shorter than each `--timeout` below. */
function sporectl(...words: string[]) {
  return run(process.execPath, [program("cli/main.js"), "--kubeconfig", stage.kubeconfig, ...words], {
    timeout: 15_000,
  });
}

describe("the process sporectl", () => {
  it("ends as soon as its work is done", async () => {
    expect((await sporectl("get", "nodes", "-o", "name")).stdout).toContain("node.spore.dev/esp-a00001\n");
    const waited = await sporectl("wait", "--for=condition=Ready", "node/esp-a00001", "--timeout", "10m");
    expect(waited.stdout).toBe("node.spore.dev/esp-a00001 condition met\n");
    const deleted = await sporectl("delete", "node/esp-a00003", "--timeout", "10m");
    expect(deleted.stdout).toBe('node.spore.dev "esp-a00003" deleted\n');
  });

  it("ends as soon as it has failed", async () => {
    await expect(sporectl("get", "node/esp-ffffff")).rejects.toMatchObject({
      code: 1,
      stderr: 'error: nodes.spore.dev "esp-ffffff" not found\nhint: sporectl get nodes lists what there is\n',
    });
  });
});
