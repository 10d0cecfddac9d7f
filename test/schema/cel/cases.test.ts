import { describe, expect, it } from "vitest";
import { asksReference, referenceKubeconfig } from "../../support/reference-server.ts";
import { answerOf } from "./answer.ts";
import { readCases } from "./cases.ts";
import { Oracle } from "./oracle.ts";

describe.each(readCases())("validation rules agree with kube-apiserver: %s", (file, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    expect(answerOf(one)).toEqual(one.ours ?? one.says ?? []);
  });

  if (!asksReference) return;
  const isUnnamed = referenceKubeconfig === undefined;
  it.skipIf(isUnnamed)("are what it says (needs a kube-apiserver)", { timeout: 600_000 }, async () => {
    await using oracle = await Oracle.open(referenceKubeconfig ?? "");
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
