import { afterAll, beforeAll, expect, it } from "vitest";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it.each([
  ["api-resources-rbac", "api-resources --api-group rbac.authorization.k8s.io -o wide"],
  [
    "api-resources-name",
    "api-resources -o name --sort-by kind --api-group rbac.authorization.k8s.io --namespaced=false",
  ],
  ["api-resources-bad-output", "api-resources -o yaml"],
  ["api-resources-bad-sort", "api-resources --sort-by age"],
])("%s", async (name, line) => {
  await expectGolden(name, line, await stage.run(line));
});

it("lists the kinds of SPORE among the others, and their versions", async () => {
  const { out } = await stage.run("api-resources --no-headers");
  expect(out).toMatch(/^nodes +sn +spore.dev\/v1alpha1 +false +Node$/m);
  expect((await stage.run("api-versions")).out.split("\n")).toEqual(
    expect.arrayContaining(["spore.dev/v1alpha1", "v1"]),
  );
});

it("says where the server is and what it knows", async () => {
  const { out, code } = await stage.run("cluster-info");
  expect(out).toMatch(/^SPORE control plane is running at https:\/\/server, version v.*\n0 nodes\n$/);
  expect(code).toBe(0);
});
