import { expect, it } from "vitest";
import { knownKinds } from "../../controller/cli/known-kinds.ts";
import { offlineKinds } from "../../controller/cli/validate/offline-kinds.ts";

it.each([
  ["an apply", knownKinds],
  ["a check without a server", offlineKinds],
])("%s knows the fields of what SPORE takes, and none of what it only lists", (_what, kinds) => {
  const lookup = kinds();
  expect(lookup("v1", "ConfigMap")?.compiled).toBeDefined();
  expect(lookup("spore.dev/v1alpha1", "Node")?.compiled).toBeDefined();
  expect(lookup("v1", "Service")?.kind.plural).toBe("services");
  expect(lookup("v1", "Service")?.compiled).toBeUndefined();
});
