import { describe, expect, it } from "vitest";
import { readLabelsWrite } from "../../../controller/simulator/spore/node-labels.ts";

describe("readLabelsWrite", () => {
  const old = { room: "lab", zone: "north" };

  it("replaces, or merges and removes", () => {
    expect(readLabelsWrite({ app: "x" }, old, false)).toEqual({ kind: "accepted", labels: { app: "x" } });
    expect(readLabelsWrite('{"room":null,"zone":"","app":"x"}', old, true)).toEqual({
      kind: "accepted",
      labels: { app: "x" },
    });
  });

  it.each([
    ["no JSON", "{"],
    ["a list", []],
    ["a key with a capital", { Room: "x" }],
    ["an empty key", { "": "x" }],
    ["a value that is no text", { room: 5 }],
    ["a control character", { room: "a\nb" }],
    ["a value of 65 bytes", { room: "x".repeat(65) }],
    ["nine labels", Object.fromEntries("abcdefghi".split("").map((key) => [key, "x"]))],
    ["more than 256 bytes", Object.fromEntries("abcd".split("").map((key) => [key, "x".repeat(64)]))],
  ])("refuses %s", (_what, given) => {
    expect(readLabelsWrite(given, {}, false)).toMatchObject({ kind: "refused" });
  });
});
