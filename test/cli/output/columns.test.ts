import { describe, expect, it } from "vitest";
import { columns } from "../../../controller/cli/output/columns.ts";
import { paint } from "../../../controller/cli/output/paint.ts";

const terminal = { isTerminal: true, width: 80, write: () => {} };

describe("columns", () => {
  it("aligns cells as kubectl does", () => {
    expect(
      columns([
        ["NAME", "AGE"],
        ["a", "1d"],
        ["longer", ""],
      ]),
    ).toBe("NAME     AGE\na        1d\nlonger   \n");
    expect(columns([])).toBe("");
  });

  it("aligns letters that are wide, and marks that stand on top of others", () => {
    expect(
      columns([
        ["日本", "1"],
        ["e\u0301", "2"],
        ["abcdef", "3"],
      ]),
    ).toBe("日本     1\ne\u0301        2\nabcdef   3\n");
  });

  it("aligns painted cells by what is seen of them", () => {
    const yellow = paint(terminal, "yellow", "Warning");
    expect(
      columns([
        ["TYPE", "REASON"],
        [yellow, "Busy"],
      ]),
    ).toBe(`TYPE      REASON\n${yellow}   Busy\n`);
  });

  it.each([
    ["a clear screen", "\u001b[2J\u001b[H", "\ufffd[2J\ufffd[H"],
    ["a title", "\u001b]0;owned\u0007", "\ufffd]0;owned\ufffd"],
    ["hidden text", "\u001b[8m", "\ufffd[8m"],
    ["an 8-bit sequence", "\u009b2J", "\ufffd2J"],
    ["a line of its own", "a\r\nnode/x   Ready", "a  node/x   Ready"],
  ])("keeps %s in a cell from the terminal", (_, cell, shown) => {
    expect(columns([[cell, "."]])).toBe(`${shown.padEnd(3)}   .\n`);
  });
});
