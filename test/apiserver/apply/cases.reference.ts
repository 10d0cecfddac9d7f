import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { servedKindsFromCrd } from "../../../controller/apiserver/extension/crd-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { sleep, systemClock } from "../../../controller/base/clock.ts";
import { httpsTransport } from "../../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../../controller/client/kubeconfig.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { applyTopics, played, readCases, runCrd } from "../../support/apply-case.ts";
import { runSteps } from "../../support/arbitrary-runs.ts";
import { referenceKubeconfig } from "../../support/reference-server.ts";
import { sporeKinds } from "../../support/spore-kinds.ts";

/** The same cases, and random ones, on a kube-apiserver; `SPORE_REFERENCE_RUNS` says how many random ones (200). */
const randomRuns = Number(process.env.SPORE_REFERENCE_RUNS ?? 200);

describe("a real kube-apiserver", async () => {
  if (referenceKubeconfig === undefined) {
    it.skip("does what the table says (needs a kube-apiserver)");
    return;
  }
  const connection = httpsTransport(await readKubeconfig([referenceKubeconfig]), systemClock);
  afterAll(() => connection[Symbol.asyncDispose]());
  const reference = new Asker(connection.transport);
  const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await reference.post(crds, runCrd());
  const runs = "/apis/apply.example.org/v1/namespaces/default/runs";
  while ((await reference.get(runs)).status !== 200) await sleep(systemClock, 100, AbortSignal.timeout(20_000));
  let subjects = 0;
  const nextName = () => `subject-${process.pid}-${++subjects}`;

  describe.each(applyTopics)("does what the table says: %s", (topic) => {
    const cases = readCases(topic).filter(({ kubernetes }) => kubernetes === undefined);
    it.each(cases.map((one) => [one.case, one] as const))("%s", async (_title, one) => {
      expect(await played(reference, one, nextName())).toEqual(one);
    });
  });

  it("does what this server does, whatever it is", { timeout: 60_000 + randomRuns * 1000 }, async () => {
    await using server = await testServer({
      kinds: [...sporeKinds, ...servedKindsFromCrd(runCrd(), () => undefined)],
    });
    const ask = new Asker(inProcessTransport(server, admin));
    const agrees = fc.asyncProperty(runSteps, async (steps) => {
      const theirs = await played(reference, { case: "random", steps }, nextName());
      fc.pre(!JSON.stringify(theirs).includes("must be of type")); // of nulls it says what we do not
      expect(await played(ask, { case: "random", steps }, "subject")).toEqual(theirs);
    });
    await fc.assert(agrees, { numRuns: randomRuns });
  });
});
