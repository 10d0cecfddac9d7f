import { expect, it } from "vitest";
import { Dependents } from "../../../controller/apiserver/garbage/dependents.ts";

const owner = (uid: string) => ({ apiVersion: "v1", kind: "ConfigMap", name: uid, uid, blocks: false });

it("Dependents finds what each owner has, and forgets what has no owners any more", () => {
  const dependents = new Dependents();
  dependents.set("x", [owner("a"), owner("b")]);
  dependents.set("y", [owner("a")]);
  expect([...dependents.of("a").keys()]).toEqual(["x", "y"]);
  dependents.set("x", [owner("b")]);
  expect([...dependents.of("a").keys()]).toEqual(["y"]);
  expect([...dependents.of("b").keys()]).toEqual(["x"]);
  dependents.set("x", []);
  expect(dependents.of("b").size).toBe(0);
  dependents.clear();
  expect(dependents.of("a").size).toBe(0);
});
