import { describe, expect, it } from "vitest";
import { parseWarnings } from "../../controller/client/warning-header.ts";

describe("parseWarnings", () => {
  it.each([
    ["", []],
    ['299 - "unknown field \\"spec.imagee\\""', ['unknown field "spec.imagee"']],
    ['299 - "one, with a comma", 299 host "two"', ["one, with a comma", "two"]],
    ['299 - "a back\\\\slash" "Fri, 31 Dec 1999 23:59:59 GMT"', ["a back\\slash"]],
    ["garbage", []],
  ])("%s", (header, texts) => {
    expect(parseWarnings(header)).toEqual(texts);
  });
});
