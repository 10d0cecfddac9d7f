import { afterAll, describe, expect, it } from "vitest";
import { builtinKinds } from "../../../controller/apiserver/builtin/kinds.ts";
import { servedKindsFromCrd } from "../../../controller/apiserver/extension/crd-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { type ApplyCase, played, readCases, runCrd } from "../../support/apply-case.ts";

const topics = [
  "ownership",
  "conflicts",
  "lists",
  "maps-and-nulls",
  "untyped",
  "updates",
  "status",
  "managed-fields",
  "migration",
  "preconditions",
  "refusals",
  "versions",
  "built-in",
];

const server = await testServer({ kinds: [...builtinKinds, ...servedKindsFromCrd(runCrd(), () => undefined)] });
const ask = new Asker(inProcessTransport(server, admin));
afterAll(() => server[Symbol.asyncDispose]());

describe.each(topics)("server-side apply: %s", (topic) => {
  it.each(readCases(topic).map((one) => [one.case, one] as const))("%s", async (_title, one) => {
    expect(await played(ask, one, "subject")).toEqual(ours(one));
  });
});

function ours({ kubernetes: _, ...one }: ApplyCase): ApplyCase {
  return one;
}
