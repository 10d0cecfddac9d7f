import { describe, expect, it } from "vitest";
import { answerOf } from "./answer.ts";
import { readCases } from "./cases.ts";
import { Oracle } from "./oracle.ts";

const kubeconfig = process.env.SPORE_CEL_KUBECONFIG;

describe.each(readCases())("validation rules agree with kube-apiserver: %s", (file, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    expect(answerOf(one)).toEqual(one.ours ?? one.says ?? []);
  });

  // Asks a real kube-apiserver (1.34, the answers differ a little between versions) whether it still says what the cases have.
  it.runIf(kubeconfig !== undefined)("a kube-apiserver says so", { timeout: 600_000 }, async () => {
    await using oracle = await Oracle.open(kubeconfig ?? "");
    const prefix = file.slice(0, 3);
    const said = await Promise.all(cases.map((one, index) => oracle.ask(one, `c${prefix}${index}`)));
    expect(said.map((says, index) => [cases[index]?.name, says])).toEqual(
      cases.map(({ name, says = [] }) => [name, says]),
    );
  });
});

it("there are at least 100 cases", () => {
  expect(readCases().reduce((count, [, cases]) => count + cases.length, 0)).toBeGreaterThanOrEqual(100);
});
