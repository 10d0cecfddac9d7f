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
import { sporeKinds } from "../../support/spore-kinds.ts";

/**
 * The same cases, and random ones, on a kube-apiserver that does not belong to the project: `SPORE_REFERENCE_KUBECONFIG` names a kubeconfig with
 * which all is allowed. It must be one of version 1.34 for every text to be the same. `SPORE_REFERENCE_RUNS` says how many random cases (200).
 */
const kubeconfig = process.env.SPORE_REFERENCE_KUBECONFIG;
const randomRuns = Number(process.env.SPORE_REFERENCE_RUNS ?? 200);

describe.skipIf(kubeconfig === undefined)("a real kube-apiserver", async () => {
  if (kubeconfig === undefined) return;
  const connection = httpsTransport(await readKubeconfig([kubeconfig]), systemClock);
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
