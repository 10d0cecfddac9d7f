import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { printableDocument, printableLine, printableLines } from "../../controller/base/printable.ts";

const obeyed: readonly (readonly [string, string])[] = [
  ["an escape sequence", "\u001b[2J"],
  ["an 8-bit sequence", "\u009b2J"],
  ["DEL", "\u007f"],
  ["NUL", "\0"],
  ["a line separator", "\u2028"],
  ["a text that runs backwards", "\u202egpj.exe"],
  ["an isolate", "\u2066x"],
];

describe.each(obeyed)("printable text, of %s", (_, text) => {
  it("has no line that a terminal obeys", () => {
    const shown = `a\ufffd${text.slice(1)}b`;
    expect(printableLine(`a${text}b`)).toBe(shown);
    expect(printableLines(`a${text}b\nc`)).toBe(`${shown}\nc`);
  });
});

it("printableLine makes one line of several, printableLines keeps them", () => {
  expect(printableLine("a\r\nb\tc")).toBe("a  b c");
  expect(printableLines("a\r\nb\tc")).toBe("a \nb c");
});

it.each(["Grüße, 温室 🌱", "👩\u200d🌾", ""])("printableLine leaves %j as it is", (text) => {
  expect(printableLine(text)).toBe(text);
});

it("printableDocument says the same without 8-bit control characters", () => {
  const said = { text: "a\u009b2J\u007f", list: ["\u0085"] };
  const document = printableDocument(JSON.stringify(said));
  expect(document).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(document)).toEqual(said);
  expect(parse(document)).toEqual(said);
});
