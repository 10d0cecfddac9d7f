import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../controller/base/unified-diff.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`);

describe("unifiedDiff", () => {
  it("is empty for equal texts", () => {
    expect(unifiedDiff("a\n", "a\n")).toBe("");
  });

  it.each([
    ["a line", "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"],
    ["all of it, from nothing", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"],
    ["to nothing", "a\n", "", "@@ -1 +0,0 @@\n-a\n"],
    ["the end of the last line", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"],
  ])("shows a change of %s", (_what, before, after, expected) => {
    expect(unifiedDiff(before, after)).toBe(expected);
  });

  it("shows changes that are far apart in hunks of their own", () => {
    const before = numbered(30);
    const after = before.toSpliced(3, 1, "x\n").toSpliced(20, 1);
    expect(unifiedDiff(before.join(""), after.join("")).match(/^@@.*@@$/gm)).toEqual([
      "@@ -1,7 +1,7 @@",
      "@@ -18,7 +18,6 @@",
    ]);
  });

  const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n"), { maxLength: 25 }).map((lines) => lines.join(""));

  it("can be applied, with no more changes than needed", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after);
        expect(applied(before, diff)).toBe(after);
      }),
    );
  });

  it("is as short as what diff finds, and patch takes it", () => {
    if (spawnSync("diff", ["--version"]).status !== 0) return;
    const directory = directoryOfTest();
    const [left, right] = [join(directory, "left"), join(directory, "right")];
    const pairs = fc.sample(fc.tuple(text, text), { numRuns: 40, seed: 7 });
    for (const [before, after] of pairs) {
      writeFileSync(left, before);
      writeFileSync(right, after);
      const { stdout } = spawnSync("diff", ["-u", "--minimal", left, right], { encoding: "utf8" });
      const theirs = stdout
        .split("\n")
        .slice(2)
        .filter((line) => /^[-+]/.test(line)).length;
      const ours = unifiedDiff(before, after)
        .split("\n")
        .filter((line) => /^[-+]/.test(line)).length;
      expect(ours).toBe(theirs);
    }
  });

  it("gives up the search for large texts that have nothing in common", () => {
    const before = Array.from({ length: 3000 }, (_, index) => `a${index}\n`).join("");
    const after = Array.from({ length: 3000 }, (_, index) => `b${index}\n`).join("");
    expect(applied(before, unifiedDiff(before, after))).toBe(after);
  });
});

/** The text that a diff of whole lines makes of `before`. */
function applied(before: string, diff: string): string {
  const lines = before.split(/(?<=\n)/).filter((line) => line !== "");
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split(/(?<=\n)/).filter((each) => each !== "")) {
    const header = /^@@ -(\d+)(?:,(\d+))?/.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      while (at < start) result.push(lines[at++] ?? "");
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      expect(lines[at]).toBe(line.slice(1));
      if (line.startsWith(" ")) result.push(line.slice(1));
      at += 1;
    }
  }
  return [...result, ...lines.slice(at)].join("");
}
