import { expect, it } from "vitest";
import { knownKinds } from "../../controller/cli/known-kinds.ts";

it("knows the fields of what SPORE takes, and none of what it only lists", () => {
  const lookup = knownKinds();
  expect(lookup("v1", "ConfigMap")?.compiled).toBeDefined();
  expect(lookup("spore.dev/v1alpha1", "Node")?.compiled).toBeDefined();
  expect(lookup("v1", "Service")?.kind.plural).toBe("services");
  expect(lookup("v1", "Service")?.compiled).toBeUndefined();
});
