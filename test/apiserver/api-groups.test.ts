import { expect, it } from "vitest";
import { compareVersions } from "../../controller/apiserver/api-groups.ts";

it("compareVersions puts stable before beta before alpha, higher before lower, and other names last", () => {
  const wanted = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"];
  expect([...wanted].reverse().sort(compareVersions)).toEqual(wanted);
});
