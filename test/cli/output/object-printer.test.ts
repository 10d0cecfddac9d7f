import { expect, it } from "vitest";
import { parse } from "yaml";
import { printObjects } from "../../../controller/cli/output/object-printer.ts";
import { capturedIo } from "../../support/captured-io.ts";

/** What a device may call itself: 7-bit and 8-bit sequences, several lines, a key. */
const hostile = {
  "\u009b31m": "\u001b[2J",
  c1: "\u009b2J\u007f",
  lines: "one\ntwo\u009b2J\n",
  quoted: "it's \"\\\u0085",
};
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: hostile };

it.each(["json", "yaml"] as const)(
  "-o %s says what a device said, and the terminal obeys none of it",
  async (format) => {
    const { out, written } = capturedIo();
    await printObjects([object], { name: format }, true, out);
    expect(written.out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(parse(written.out)).toEqual(object);
  },
);
