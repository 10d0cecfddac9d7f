import { describe, expect, it, onTestFinished } from "vitest";
import type { LiveNode } from "../../controller/api/live-node.ts";
import type { LiveEvent, LiveSource } from "../../controller/api/live-source.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { Asker, admin, testServer, urls } from "../support/api-server.ts";
import { names } from "../support/listed.ts";

function liveNode(name: string, revision: number): LiveNode {
  const metadata = { name, resourceVersion: String(revision) };
  return {
    apiVersion: "live.spore.dev/v1alpha1",
    kind: "LiveNode",
    metadata,
    status: { phase: "Active", rssiDbm: -60 },
  };
}

/** Two nodes, and one event that comes after them. */
const source: LiveSource = {
  list: () => [liveNode("a", 1), liveNode("b", 2)],
  get: (name) => (name === "a" ? liveNode("a", 1) : undefined),
  revision: () => 2,
  async *watch(after): AsyncGenerator<LiveEvent> {
    if (after < 1) throw new SporeError("SPORE_EXPIRED", "too old");
    yield { type: "MODIFIED", object: liveNode("a", 3) };
    yield { type: "DELETED", object: liveNode("b", 4) };
  },
};

async function asker(): Promise<Asker> {
  const server = await testServer({ live: source });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return new Asker(inProcessTransport(server, admin));
}

describe("livenodes", () => {
  it("are listed, got and selected by name", async () => {
    const ask = await asker();
    const { json } = await ask.get(urls.liveNodes);
    expect([json.kind, json.metadata.resourceVersion, names(json)]).toEqual(["LiveNodeList", "2", ["a", "b"]]);
    expect((await ask.get(`${urls.liveNodes}/a`)).json.status.phase).toBe("Active");
    expect((await ask.get(`${urls.liveNodes}/c`)).status).toBe(404);
    expect(names((await ask.get(`${urls.liveNodes}?fieldSelector=metadata.name%3Db`)).json)).toEqual(["b"]);
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    expect((await ask.get(urls.liveNodes, { accept })).json.rows[0].cells.slice(0, 2)).toEqual(["a", "Active"]);
  });

  it("are watched", async () => {
    const ask = await asker();
    await using watch = await ask.watch(`${urls.liveNodes}?watch=1`);
    expect(await watch.take(4)).toEqual(["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
    await using one = await ask.watch(`${urls.liveNodes}?watch=1&resourceVersion=2&fieldSelector=metadata.name%3Db`);
    expect(await one.take(1)).toEqual(["DELETED b"]);
  });

  it("cannot be written", async () => {
    const ask = await asker();
    expect((await ask.post(urls.liveNodes, {})).status).toBe(405);
    expect((await ask.delete(`${urls.liveNodes}/a`)).status).toBe(405);
  });
});
