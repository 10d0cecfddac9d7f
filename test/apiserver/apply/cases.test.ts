import { afterAll, describe, expect, it } from "vitest";
import { builtinKinds } from "../../../controller/apiserver/builtin/kinds.ts";
import { servedKindsFromCrd } from "../../../controller/apiserver/extension/crd-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { type ApplyCase, applyTopics, played, readCases, runCrd } from "../../support/apply-case.ts";

const server = await testServer({ kinds: [...builtinKinds, ...servedKindsFromCrd(runCrd(), () => undefined)] });
const ask = new Asker(inProcessTransport(server, admin));
afterAll(() => server[Symbol.asyncDispose]());

describe.each(applyTopics)("server-side apply: %s", (topic) => {
  it.each(readCases(topic).map((one) => [one.case, one] as const))("%s", async (_title, one) => {
    expect(await played(ask, one, "subject")).toEqual(ours(one));
  });
});

function ours({ kubernetes: _, ...one }: ApplyCase): ApplyCase {
  return one;
}
