import { afterAll, beforeAll, expect, it } from "vitest";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it.each([
  ["auth-whoami", "auth whoami"],
  ["auth-can-i", "auth can-i get nodes"],
  ["auth-can-i-path", "auth can-i get /metrics"],
  ["auth-can-i-unknown", "auth can-i get pods"],
  ["auth-can-i-nothing", "auth can-i get"],
  ["auth-whoami-format", "auth whoami -o wide"],
])("%s", async (name, line) => {
  await expectGolden(name, line, await stage.run(line));
});

it("answers by exit code for somebody who may not", async () => {
  expect(await stage.run("auth can-i delete nodes --as eve")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^no/),
  });
  expect(await stage.run("auth can-i delete nodes --as eve -q")).toMatchObject({ code: 1, out: "", err: "" });
});

it("lists the rules", async () => {
  const { out } = await stage.run("auth can-i --list");
  expect(out).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs\n/);
  expect(out).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]$/m);
});
