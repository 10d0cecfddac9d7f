import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyText } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { ObjectCache } from "../../controller/runtime/object-cache.ts";
import { Reflector } from "../../controller/runtime/reflector.ts";
import { FakeApi, failure } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { nodeNamed, nodesPath } from "../support/nodes.ts";

/** A reflector at work, a server to torment, and what a listener believes to be there. */
function open() {
  const api = new FakeApi();
  api.chunkBytes = 50;
  const clock = new ManualClock();
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const cache = new ObjectCache(Node);
  const believed = new Map<string, string | undefined>();
  cache.listen(({ key, object }) => {
    if (object) believed.set(keyText(key), object.metadata.resourceVersion);
    else believed.delete(keyText(key));
  });
  let syncs = 0;
  const settings = { client, cache, clock, log: silentLogger, random: seededRandom(7) };
  const reflector = new Reflector(settings, () => {
    syncs += 1;
  });
  const stop = new AbortController();
  const put = (name: string, paused = false) =>
    api.put(`${nodesPath}/${name}`, nodeNamed(name, { spec: { family: "spore", paused } }));
  const present = () =>
    cache
      .list()
      .map(({ metadata }) => metadata.name)
      .sort();
  const counts = () => {
    const lists = api.requests.filter((request) => request === `GET ${nodesPath}`).length;
    return { requests: lists, syncs };
  };
  return {
    api,
    clock,
    client,
    cache,
    believed,
    reflector,
    stop,
    put,
    present,
    counts,
    over: reflector.run(stop.signal),
  };
}

describe("Reflector", () => {
  it("lists, then follows", async () => {
    const { api, clock, put, present, reflector, stop, over } = open();
    put("a");
    expect(reflector.synced).toBe(false);
    await clock.settle();
    expect([present(), reflector.synced]).toEqual([["a"], true]);
    put("b");
    api.remove(`${nodesPath}/a`);
    await clock.settle();
    expect(present()).toEqual(["b"]);
    stop.abort();
    await over;
    expect([api.watches, clock.timers]).toEqual([0, 0]);
  });

  it("resumes where the watch broke off, without listing again", async () => {
    const { api, clock, put, present, counts } = open();
    await clock.settle();
    put("a");
    await clock.settle();
    const before = api.requests.length;
    const asked: (string | null)[] = [];
    api.intercept = ({ query }) => void asked.push(query.get("resourceVersion"));
    const last = String(api.revision);
    api.cutWatches(new Error("torn"));
    await clock.settle();
    put("b");
    await clock.advance(1000);
    expect(present()).toEqual(["a", "b"]);
    expect(api.requests.length).toBe(before + 1); // one watch more
    expect(asked).toEqual([last]); // from the last event on, not from the list
    expect(counts().syncs).toBe(1);
  });

  it("lists again when the server forgot where it was, and tells what happened meanwhile", async () => {
    const { api, clock, put, present, believed } = open();
    put("a");
    put("b");
    await clock.settle();
    api.up = false;
    api.cutWatches(new Error("torn"));
    await clock.settle();
    api.remove(`${nodesPath}/a`);
    put("b", true);
    put("c");
    api.compact();
    api.up = true;
    await clock.advance(5000);
    expect(present()).toEqual(["b", "c"]);
    expect([...believed.keys()].sort()).toEqual(["b", "c"]);
  });

  it("lists again when the server cannot read what came after that place", async () => {
    const { api, clock, put, present } = open();
    await clock.settle();
    let damaged: string | null = null;
    api.intercept = ({ query }) => {
      if (query.get("watch") !== "true") return undefined;
      damaged ??= query.get("resourceVersion");
      if (query.get("resourceVersion") !== damaged) return undefined;
      return failure(500, "StoreCorrupt", "the change log does not have its checksum any more");
    };
    api.cutWatches(new Error("torn"));
    put("a");
    await clock.advance(5000);
    expect(present()).toEqual(["a"]);
  });

  it("backs off from a server that says Expired again and again", async () => {
    const { api, clock, put, present } = open();
    put("a");
    api.intercept = ({ query }) =>
      query.get("watch") === "true" ? failure(410, "Expired", "too old resource version") : undefined;
    await clock.advance(60_000);
    const refused = api.requests.length;
    expect(refused).toBeGreaterThan(6);
    expect(refused).toBeLessThan(30); // without back-off: thousands
    api.intercept = () => undefined;
    put("b");
    await clock.advance(30_000);
    expect(present()).toEqual(["a", "b"]);
  });

  it("leaves a server alone for as long as it asks for, within reason", async () => {
    const { api, clock, put, present } = open();
    put("a");
    let asked = 20;
    api.intercept = () => failure(429, "TooManyRequests", "too many requests", { retryAfterSeconds: asked });
    await clock.advance(59_000);
    expect(api.requests.length).toBe(4); // the list, and three attempts to watch
    asked = 86_400;
    await clock.advance(40_000);
    const refused = api.requests.length;
    api.intercept = () => undefined;
    await clock.advance(60_000);
    expect(api.requests.length).toBeGreaterThan(refused); // nobody is left alone for a day
    expect(present()).toEqual(["a"]);
  });

  it("backs off from watches that end at once", async () => {
    const { api, clock } = open();
    api.intercept = ({ query }) => (query.get("watch") === "true" ? { status: 200, body: "" } : undefined);
    await clock.advance(60_000);
    expect(api.requests.length).toBeLessThan(30);
  });

  it("goes on without delay after a watch that ended as it should", async () => {
    const { api, clock, put, present } = open();
    await clock.settle();
    await clock.advance(5000);
    api.cutWatches();
    await clock.settle();
    put("a");
    await clock.settle();
    expect(present()).toEqual(["a"]);
  });

  it("gives up a watch on which the server never ends, and resumes", async () => {
    const { api, clock, put, present } = open();
    await clock.settle();
    const [watch] = [api.watches];
    await clock.advance(631_000);
    expect([watch, api.watches]).toEqual([1, 1]);
    put("a");
    await clock.settle();
    expect(present()).toEqual(["a"]);
  });

  it("survives a server that was set back to an older state", async () => {
    const { api, clock, put, present } = open();
    put("a");
    await clock.settle();
    const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
    let refusals = 1;
    api.intercept = ({ query }) =>
      query.get("watch") === "true" && refusals-- > 0
        ? failure(504, "Timeout", "Too large resource version: 99, current: 5", { causes })
        : undefined;
    api.cutWatches(new Error("torn"));
    await clock.advance(1000);
    put("b");
    await clock.settle();
    expect(present()).toEqual(["a", "b"]);
  });

  it("moves on by bookmarks alone", async () => {
    const { api, clock, put, present } = open();
    await clock.settle();
    api.bookmark(nodesPath.slice(1));
    await clock.settle();
    api.compact();
    api.cutWatches();
    await clock.settle();
    put("a");
    await clock.settle();
    expect(present()).toEqual(["a"]);
    expect(api.requests.filter((request) => request === `GET ${nodesPath}`).length).toBe(3); // list, watch, watch
  });

  it("never loses a key, whatever the server does", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ verb: fc.constant("put" as const), name: fc.nat(7), paused: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ verb: fc.constant("remove" as const), name: fc.nat(7) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          verb: fc.constantFrom("tear", "end", "compact", "down", "up", "expire", "refuse", "heal"),
        }),
      },
      { weight: 3, arbitrary: fc.record({ verb: fc.constant("wait" as const), forMs: fc.nat(2000) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { api, clock, cache, client, believed, put, stop, over } = open();
        for (const one of steps) {
          if ("paused" in one) put(`n${one.name}`, one.paused);
          else if ("name" in one) api.remove(`${nodesPath}/n${one.name}`);
          else if ("forMs" in one) await clock.advance(one.forMs);
          else torment(api, one.verb);
        }
        torment(api, "up");
        torment(api, "heal");
        await clock.advance(60_000);
        const { items } = await client.list(Node, {}, new AbortController().signal);
        const truth = items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]);
        expect([...believed].sort()).toEqual(truth.sort());
        expect(
          cache
            .list()
            .map(({ metadata }) => [metadata.name, metadata.resourceVersion])
            .sort(),
        ).toEqual(truth);
        stop.abort();
        await over;
        expect([api.watches, clock.timers]).toEqual([0, 0]);
      }),
      { numRuns: 150 },
    );
  });
});

function torment(api: FakeApi, verb: string): void {
  if (verb === "tear") api.cutWatches(new Error("torn"));
  if (verb === "end") api.cutWatches();
  if (verb === "compact") api.compact();
  if (verb === "down") {
    api.up = false;
    api.cutWatches(new Error("down"));
  }
  if (verb === "up") api.up = true;
  if (verb === "expire") {
    api.intercept = ({ query }) =>
      query.get("watch") === "true" ? failure(410, "Expired", "too old resource version") : undefined;
  }
  if (verb === "refuse") api.intercept = () => failure(503, "ServiceUnavailable", "later");
  if (verb === "heal") api.intercept = () => undefined;
}
