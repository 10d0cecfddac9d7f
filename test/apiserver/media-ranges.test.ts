import { describe, expect, it } from "vitest";
import { isJsonType, mediaRanges } from "../../controller/apiserver/media-ranges.ts";

function read(accept: string | undefined) {
  return mediaRanges(accept).map(({ type, parameters }) => [type, Object.fromEntries(parameters)]);
}

describe("mediaRanges", () => {
  it("keeps the client's order and the parameters", () => {
    expect(read("application/json;as=Table;v=v1;g=meta.k8s.io, Application/JSON ;q=0.9,, text/html")).toEqual([
      ["application/json", { as: "Table", v: "v1", g: "meta.k8s.io" }],
      ["application/json", { q: "0.9" }],
      ["text/html", {}],
    ]);
  });

  it.each([undefined, "", " , "])("takes %j for anything", (accept) => {
    expect(read(accept)).toEqual([["*/*", {}]]);
  });
});

it("isJsonType knows the ranges that JSON lies in", () => {
  const types = ["application/json", "application/*", "*/*", "text/json", "application/yaml"];
  expect(types.filter(isJsonType)).toEqual(["application/json", "application/*", "*/*"]);
});
