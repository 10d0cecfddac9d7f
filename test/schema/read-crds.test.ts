import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readCrds } from "../../controller/schema/read-crds.ts";

const crds = fileURLToPath(new URL("../../crds", import.meta.url));

it("readCrds finds that our own CRDs are what a kube-apiserver accepts", () => {
  expect(readCrds(crds).map(({ crd }) => crd.metadata.name)).toEqual([
    "firmwares.spore.dev",
    "gitsyncs.spore.dev",
    "nodegrouprevisions.spore.dev",
    "nodegroups.spore.dev",
    "nodes.spore.dev",
  ]);
});
