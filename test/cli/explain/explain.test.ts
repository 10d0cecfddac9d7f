import { afterAll, beforeAll, it } from "vitest";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it.each([
  ["explain-kind", "explain ns"],
  ["explain-field", "explain cm.data"],
  ["explain-recursive", "explain ns --recursive"],
  ["explain-list", "explain role.rules"],
  ["explain-no-field", "explain ns.sepc"],
  ["explain-no-kind", "explain nopes"],
  ["explain-version", "explain ns --api-version v1"],
  ["explain-no-version", "explain ns --api-version v9"],
])("%s", async (name, line) => {
  await expectGolden(name, line, await stage.run(line));
});
