import { pino } from "pino";
import { expect, it } from "vitest";
import { ownCrds } from "../../controller/apiserver/own-kinds.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { ensureCrds } from "../../controller/spored/cluster-crds.ts";
import { FakeApi } from "../support/fake-api.ts";

const never = new AbortController().signal;
const crds = ownCrds().filter(({ metadata }) => metadata.name === "firmwares.spore.dev");
const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/firmwares.spore.dev";
const established = { conditions: [{ type: "Established", status: "True" }] };

function open() {
  const api = new FakeApi();
  api.chunkBytes = 1 << 20;
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const client = apiClient(api.transport, { clock: systemClock, userAgent: "test/1" });
  const ensure = (install: boolean) => ensureCrds(crds, { client, clock: systemClock, log, install }, never);
  return { api, lines, ensure };
}

it("ensureCrds says which definitions are missing and how to get them, and writes nothing", async () => {
  const { api, ensure } = open();
  await expect(ensure(false)).rejects.toMatchObject({
    code: "SPORE_USAGE",
    message: "the API server lacks the CustomResourceDefinitions firmwares.spore.dev",
    details: { hint: expect.stringContaining("--install-crds") },
  });
  expect(api.writes).toEqual([]);
});

it("ensureCrds takes what a server added for no difference, and tells of another version", async () => {
  const { api, lines, ensure } = open();
  for (const crd of crds)
    api.put(path, { ...crd, ...{ spec: { ...crd.spec, conversion: { strategy: "None" } }, status: established } });
  await ensure(true);
  expect([api.writes, lines]).toEqual([[], []]);
  for (const crd of crds)
    api.put(path, { ...crd, ...{ spec: { ...crd.spec, scope: "Cluster" }, status: established } });
  await ensure(false);
  expect(api.writes).toEqual([]);
  expect(lines.join()).toContain("of another version of SPORE");
  await ensure(true);
  expect(api.writes).toEqual([`PUT ${path}`]);
});
