import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import type { ApiRequest, ApiResponse } from "../../controller/api/transport.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { Caches } from "../../controller/runtime/caches.ts";
import { notingClient } from "../../controller/runtime/noting-client.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { nodeNamed } from "../support/nodes.ts";

const signal = new AbortController().signal;

/** A client of a server that answers every write with `answer`. */
function open(answer: Node) {
  const clock = new ManualClock();
  const transport = async (_request: ApiRequest): Promise<ApiResponse> => ({
    status: 200,
    headers: {},
    body: oneChunk(answer),
  });
  const client = apiClient(transport, { clock, userAgent: "test/1" });
  const caches = new Caches({ client, clock, log: silentLogger, random: seededRandom(1) });
  const nodes = caches.of(Node);
  const versionOf = (name: string) => nodes.get({ name })?.metadata.resourceVersion;
  return { client: notingClient(client, caches), caches, versionOf };
}

async function* oneChunk(object: object): AsyncIterable<Uint8Array> {
  yield Buffer.from(JSON.stringify(object));
}

describe("notingClient", () => {
  const answer = nodeNamed("a", { metadata: { uid: "u", resourceVersion: "5" } });
  const key = { name: "a" };

  it("notes what it created, updated and patched", async () => {
    const created = open(answer);
    await created.client.create(Node, { metadata: key, spec: { family: "spore" } }, { signal });
    const updated = open(answer);
    await updated.client.update(Node, answer, { signal });
    const patched = open(answer);
    await patched.client.patch(Node, key, { type: "merge", body: {} }, { signal });
    expect([created, updated, patched].map(({ versionOf }) => versionOf("a"))).toEqual(["5", "5", "5"]);
  });

  it("notes nothing that did not happen, and nothing that is gone", async () => {
    const dry = open(answer);
    await dry.client.update(Node, answer, { signal, dryRun: true });
    expect(dry.versionOf("a")).toBeUndefined();
    const released = open({ ...answer, metadata: { ...answer.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    await released.client.patch(Node, key, { type: "merge", body: {} }, { signal });
    expect(released.versionOf("a")).toBeUndefined();
  });

  it("makes no cache of a kind that nobody asked for", async () => {
    const { client, caches } = open(answer);
    const other = { ...Node, plural: "others" };
    await client.patch(other, key, { type: "merge", body: {} }, { signal });
    expect(caches.known(other)).toBeUndefined();
  });
});
