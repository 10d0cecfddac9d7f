import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  binaryPairs,
  readPairs,
  type Source,
  secretPairs,
  textPairs,
} from "../../controller/manifests/key-value-sources.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

describe("readPairs", () => {
  let directory: string;
  beforeEach(() => {
    directory = directoryOfTest();
    writeFileSync(join(directory, "a.txt"), "text\n");
    writeFileSync(join(directory, "b.bin"), new Uint8Array([0xff, 0x00]));
    writeFileSync(join(directory, "lab.env"), "\ufeff# a comment\nA=1\r\n\n  B=x=y\n");
    mkdirSync(join(directory, "folder/deep"), { recursive: true });
    writeFileSync(join(directory, "folder/c.txt"), "c");
  });

  const read = (...sources: readonly [Source["from"], string][]) =>
    readPairs(
      sources.map(([from, word]) => ({ from, word })),
      'ConfigMap "lab"',
      directory,
    );

  it("takes literals, files, directories and lists of variables", async () => {
    const pairs = await read(
      ["literal", "l=x=y"],
      ["literal", 'q="quoted"'],
      ["file", "a.txt"],
      ["file", "k=b.bin"],
      ["file", "folder"],
      ["env", "lab.env"],
    );
    expect(textPairs(pairs)).toEqual({ l: "x=y", q: "quoted", "a.txt": "text\n", "c.txt": "c", A: "1", B: "x=y" });
    expect(binaryPairs(pairs)).toEqual({ k: "/wA=" });
    expect(secretPairs(pairs)["a.txt"]).toBe("dGV4dAo=");
  });

  it.each<[string, readonly [Source["from"], string][], string]>([
    ["no value", [["literal", "a"]], '"a" is no literal'],
    ["no key", [["literal", "=a"]], '"=a" is no literal'],
    [
      "a key twice",
      [
        ["literal", "a=1"],
        ["literal", "a=2"],
      ],
      'would have the key "a" twice',
    ],
    ["a bad key", [["literal", "a b=1"]], '"a b" is no key'],
    ["a file that is not there", [["file", "nope"]], "nope does not exist"],
    ["a name for a directory", [["file", "k=folder"]], "a directory has a key for each of its files"],
    ["a variable without a value", [["env", "a.txt"]], 'a.txt:1: "text" has no value'],
  ])("refuses %s", async (_what, sources, message) => {
    await expect(read(...sources)).rejects.toThrow(message);
  });
});
