import { expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, testServer, urls } from "../../support/api-server.ts";
import { names } from "../../support/listed.ts";

it("Events are selected by who says so, in the old field or in the new one", async () => {
  await using server = await testServer();
  const ask = new Asker(inProcessTransport(server, admin));
  const event = (name: string, who: object) => ({
    metadata: { name },
    involvedObject: { kind: "ConfigMap", name: "a", namespace: "default" },
    type: "Normal",
    ...who,
  });
  for (const body of [
    event("a", { source: { component: "spored" } }),
    event("b", { reportingComponent: "spored" }),
    event("c", { source: { component: "kubelet" }, reportingComponent: "spored" }),
  ])
    expect((await ask.post(urls.events, body)).status).toBe(201);
  expect(names((await ask.get(`${urls.events}?fieldSelector=source%3Dspored`)).json)).toEqual(["a", "b"]);
  expect(names((await ask.get(`${urls.events}?fieldSelector=source!%3Dspored`)).json)).toEqual(["c"]);
  expect((await ask.get(`${urls.events}?fieldSelector=source.component%3Dspored`)).status).toBe(400);
});
