import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { apiClient } from "../../controller/client/api-client.ts";
import { publication } from "../../controller/spored/publication.ts";
import { FakeApi } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";

const slice = "/apis/discovery.k8s.io/v1/namespaces/spore-system/endpointslices/spored";
const apiService = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.live.spore.dev";

async function publish(api: FakeApi, address = "10.1.2.3") {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const options = { client, clock, log, namespace: "spore-system", address, port: 7443, authority: "CA" };
  const stop = new AbortController();
  const running = publication(options).run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await clock.settle();
  const read = async (path: string) => {
    const response = await api.transport({
      method: "GET",
      path,
      query: new URLSearchParams(),
      headers: {},
      signal: stop.signal,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString());
  };
  return { clock, lines, read };
}

function putApiService(api: FakeApi): void {
  const metadata = { name: "v1alpha1.live.spore.dev" };
  const object = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata, spec: {} };
  api.put(apiService, object);
}

function withApiService(): FakeApi {
  const api = new FakeApi();
  putApiService(api);
  return api;
}

it("publication says where the process that leads listens, and who issued its certificate", async () => {
  const api = withApiService();
  const { clock, read } = await publish(api);
  expect(await read(slice)).toMatchObject({
    metadata: { labels: { "kubernetes.io/service-name": "spored" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.1.2.3"] }],
    ports: [{ port: 7443 }],
  });
  expect((await read(apiService)).spec.caBundle).toBe(Buffer.from("CA").toString("base64"));
  const writes = api.writes.length;
  await clock.advance(180_000);
  expect(api.writes.length).toBe(writes); // all is as it should be
  api.remove(slice);
  await clock.advance(60_000);
  expect(await read(slice)).toMatchObject({ endpoints: [{ addresses: ["10.1.2.3"] }] });
});

it("publication takes the place of the process that led before", async () => {
  const api = withApiService();
  await publish(api, "10.9.9.9");
  const { read } = await publish(api, "10.1.2.3");
  expect((await read(slice)).endpoints).toMatchObject([{ addresses: ["10.1.2.3"] }]);
});

it("publication says once what is in the way, and goes on trying", async () => {
  const api = new FakeApi();
  const { clock, lines, read } = await publish(api);
  await clock.advance(60_000);
  expect(lines.length).toBe(1);
  expect(lines[0]).toContain("apply manifests/kubernetes");
  putApiService(api);
  await clock.advance(5000);
  expect((await read(apiService)).spec.caBundle).toBe(Buffer.from("CA").toString("base64"));
});
