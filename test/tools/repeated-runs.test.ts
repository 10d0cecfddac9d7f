import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { allPassed, type Part, partsTable, runPart, type Surroundings } from "../../controller/tools/repeated-runs.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

function stage(signal = new AbortController().signal) {
  const said: string[] = [];
  const logs = directoryOfTest();
  const say = (line: string) => void said.push(line);
  const around: Surroundings = { clock: systemClock, signal, directory: logs, logs, say };
  return { said, logs, around };
}

/** A part whose runs are a script of their own. */
function part(script: string, runs = 1): Part {
  return { what: "some tests", runs, command: [process.execPath, "-e", script], env: process.env };
}

describe("runPart", () => {
  it("says how each run ended, and keeps nothing of those that passed", async () => {
    const { said, logs, around } = stage();
    const end = await runPart(part('console.log("3 passed, 0 failed")', 2), around);
    expect(end).toMatchObject({ what: "some tests", wanted: 2, runs: 2, failed: 0 });
    expect(said).toEqual([
      expect.stringMatching(/^some tests +1 of 2 {2}passed +\d+ s {2}3 passed, 0 failed$/),
      expect.stringMatching(/^some tests +2 of 2 {2}passed/),
    ]);
    expect([allPassed([end]), await readdir(logs)]).toEqual([true, []]);
  });

  it("goes on after a failure, names what failed, and keeps the whole output", async () => {
    const { said, logs, around } = stage();
    const script = `
      console.log("\\u001b[31m FAIL \\u001b[39m test/a.test.ts > a > b");
      console.error("1 passed, 1 failed");
      process.exit(1)`;
    const end = await runPart(part(script, 2), around);
    expect(end).toMatchObject({ runs: 2, failed: 2 });
    expect(said.slice(0, 3)).toEqual([
      expect.stringMatching(/1 of 2 {2}FAILED +\d+ s {2}1 passed, 1 failed$/),
      "    FAIL  test/a.test.ts > a > b",
      `    the whole output: ${logs}/some-tests-1.log`,
    ]);
    expect(await readFile(`${logs}/some-tests-2.log`, "utf8")).toContain("1 passed, 1 failed");
    expect(allPassed([end])).toBe(false);
  });

  it("counts a command that cannot be started as failed", async () => {
    const { said, around } = stage();
    const missing = { ...part(""), command: ["/nowhere/program"] };
    expect(await runPart(missing, around)).toMatchObject({ runs: 1, failed: 1 });
    expect(said[0]).toContain("no summary");
  });

  it("ends the run that is under way when it is stopped, and begins none", async () => {
    const stop = new AbortController();
    const { said, logs, around } = stage(stop.signal);
    const running = runPart(part("setInterval(() => {}, 1000)", 5), around);
    systemClock.after(200, () => stop.abort());
    const end = await running;
    expect([end.runs, end.failed, said, await readdir(logs)]).toEqual([0, 0, [], []]);
    expect(allPassed([end])).toBe(false);
    expect(partsTable([end])).toMatch(/^what +runs +failed +seconds\nsome tests +0 of 5 +0 +\d+\n$/);
  });
});
