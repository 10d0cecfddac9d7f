import { describe, expect, it, onTestFinished } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { storeWatchQueueMaxEvents } from "../../controller/base/limits.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import type { Store } from "../../controller/store/store.ts";
import { Asker, admin, configMap, nodeManifest, testServer, urls } from "../support/api-server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const minuteMs = 60_000;

async function parts(keepRevisions = 10_000) {
  const clock = new ManualClock();
  const store = openMemoryStore({ clock, keep: { ms: 0, revisions: keepRevisions } });
  const server = await testServer({ clock, store });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { clock, store, server, ask: new Asker(inProcessTransport(server, admin)) };
}

async function currentVersion(ask: Asker): Promise<string> {
  return (await ask.get(urls.nodes)).json.metadata.resourceVersion;
}

describe("a quiet watch", () => {
  it("sends a bookmark a minute, up to what happened elsewhere", async () => {
    const { ask, clock } = await parts();
    const from = `watch=1&resourceVersion=${await currentVersion(ask)}`;
    await using watch = await ask.watch(`${urls.nodes}?${from}&allowWatchBookmarks=true`);
    const next = watch.next();
    await ask.post(urls.configMaps, configMap("a"));
    await clock.advance(minuteMs);
    const version = await currentVersion(ask);
    expect(await next).toEqual({
      type: "BOOKMARK",
      object: {
        kind: "Node",
        apiVersion: "spore.dev/v1alpha1",
        metadata: { resourceVersion: version, creationTimestamp: null },
      },
    });
    const later = watch.next();
    await ask.post(urls.configMaps, configMap("b"));
    await clock.advance(minuteMs);
    expect(Number((await later).object.metadata.resourceVersion)).toBeGreaterThan(Number(version));
  });

  it("sends none that nobody asked for, and none that says nothing new", async () => {
    const { ask, clock } = await parts();
    const from = `watch=1&resourceVersion=${await currentVersion(ask)}`;
    await using plain = await ask.watch(`${urls.nodes}?${from}`);
    await using bookmarked = await ask.watch(`${urls.nodes}?${from}&allowWatchBookmarks=1`);
    const events = [plain.next(), bookmarked.next()];
    await clock.advance(10 * minuteMs);
    await ask.post(urls.nodes, nodeManifest("a"));
    expect((await Promise.all(events)).map(({ type }) => type)).toEqual(["ADDED", "ADDED"]);
  });

  it("never promises more than it delivered", async () => {
    const { ask, clock } = await parts();
    const from = `watch=1&resourceVersion=${await currentVersion(ask)}`;
    await using watch = await ask.watch(`${urls.nodes}?${from}&allowWatchBookmarks=1&timeoutSeconds=100000`);
    const writing = (async () => {
      for (let index = 0; index < 200; index++) {
        await ask.post(urls.nodes, nodeManifest(`n${index}`));
        if (index % 3 === 0) await ask.post(urls.configMaps, configMap(`c${index}`));
        if (index % 3 < 2) await clock.advance(minuteMs);
      }
    })();
    let promised = 0;
    let bookmarks = 0;
    for (let seen = 0; seen < 200; ) {
      const { type, object } = await watch.next();
      const version = Number(object.metadata.resourceVersion);
      expect(version).toBeGreaterThan(promised);
      if (type === "BOOKMARK") {
        promised = version;
        bookmarks++;
      } else seen++;
    }
    await writing;
    expect(bookmarks).toBeGreaterThan(10);
  });

  it("ends by itself after half an hour to an hour, with a last bookmark", async () => {
    const { ask, clock } = await parts();
    const from = `watch=1&resourceVersion=${await currentVersion(ask)}`;
    await using watch = await ask.watch(`${urls.nodes}?${from}&allowWatchBookmarks=1`);
    const first = watch.next();
    await clock.advance(29 * minuteMs);
    await ask.post(urls.configMaps, configMap("a"));
    await clock.advance(31 * minuteMs);
    expect((await first).type).toBe("BOOKMARK");
    expect(await watch.next()).toBeUndefined();
  });

  it("lasts as long as the server likes when its client says zero seconds", async () => {
    const { ask, clock } = await parts();
    await using watch = await ask.watch(`${urls.nodes}?watch=1&timeoutSeconds=0`);
    const next = watch.next();
    await clock.advance(29 * minuteMs);
    await ask.post(urls.nodes, nodeManifest("a"));
    expect((await next).type).toBe("ADDED");
  });

  it("lets go of the store's events when its client leaves with some of them unread", async () => {
    const clock = new ManualClock();
    const memory = openMemoryStore({ clock });
    let open = 0;
    const store: Store = {
      revision: () => memory.revision(),
      get: (key, at) => memory.get(key, at),
      range: (prefix, options) => memory.range(prefix, options),
      commit: (changes) => memory.commit(changes),
      compact: (revision) => memory.compact(revision),
      async *watch(prefix, after, signal) {
        const isOurs = prefix.includes("/nodes/"); // the server watches roles for itself
        if (isOurs) open++;
        try {
          yield* memory.watch(prefix, after, signal);
        } finally {
          if (isOurs) open--;
        }
      },
    };
    await using server = await testServer({ clock, store });
    const ask = new Asker(inProcessTransport(server, admin));
    {
      await using watch = await ask.watch(`${urls.nodes}?watch=1`);
      const first = watch.next();
      for (const name of ["a", "b", "c"]) await ask.post(urls.nodes, nodeManifest(name));
      await first;
      expect(open).toBe(1);
    }
    await clock.settle();
    expect(open).toBe(0);
  });

  it("leaves no timer behind", async () => {
    const { ask, clock } = await parts();
    {
      await using watch = await ask.watch(`${urls.nodes}?watch=1&allowWatchBookmarks=1`);
      const next = watch.next();
      await ask.post(urls.nodes, nodeManifest("a"));
      await next;
      expect(clock.timers).toBeGreaterThan(0);
    }
    expect(clock.timers).toBe(0);
  });
});

describe("a watch that comes too late", () => {
  it("is told in the stream to list again", async () => {
    const { ask, store } = await parts(3);
    for (let index = 0; index < 10; index++) await ask.post(urls.nodes, nodeManifest(`n${index}`));
    await store.compact(await store.revision());
    await using watch = await ask.watch(`${urls.nodes}?watch=1&resourceVersion=1`);
    expect(watch.status).toBe(200);
    expect(await watch.next()).toMatchObject({
      type: "ERROR",
      object: { kind: "Status", code: 410, reason: "Expired" },
    });
    expect(await watch.next()).toBeUndefined();
  });

  it("is told so too when its reader falls too far behind, and others go on", async () => {
    const { ask, store } = await parts(30_000);
    const version = await currentVersion(ask);
    await using slow = await ask.watch(`${urls.configMaps}?watch=1&resourceVersion=${version}`);
    const first = slow.next();
    await ask.post(urls.configMaps, configMap("first"));
    expect((await first).type).toBe("ADDED");
    const value = Buffer.from(JSON.stringify(configMap("flood", {}, { namespace: "default" })));
    for (let index = 0; index < storeWatchQueueMaxEvents + 10; index++) {
      await store.commit([{ key: "/registry/core/configmaps/default/flood", value }]);
    }
    const types: string[] = [];
    for (let event = await slow.next(); event !== undefined; event = await slow.next()) types.push(event.type);
    expect(types.at(-1)).toBe("ERROR");
    expect(types.length).toBeLessThan(10);
    await using resumed = await ask.watch(`${urls.configMaps}?watch=1&resourceVersion=${version}`);
    expect(await resumed.take(2)).toEqual(["ADDED first", "ADDED flood"]);
  });

  it("is told that the server does not know its future", async () => {
    const { ask, clock } = await parts();
    const answer = ask.get(`${urls.nodes}?watch=1&resourceVersion=99999`);
    await clock.advance(4000);
    expect((await answer).json).toMatchObject({
      code: 504,
      reason: "Timeout",
      message: expect.stringMatching(/^Timeout: Too large resource version: 99999, current: \d+$/),
      details: { retryAfterSeconds: 1, causes: [{ reason: "ResourceVersionTooLarge" }] },
    });
  });
});

describe("a list that comes too late", () => {
  it("gets a token to read the rest as it is now", async () => {
    const { ask, store } = await parts(3);
    for (const name of ["a", "b", "c"]) await ask.post(urls.nodes, nodeManifest(name));
    const { json: first } = await ask.get(`${urls.nodes}?limit=1`);
    for (let index = 0; index < 10; index++) await ask.post(urls.nodes, nodeManifest(`n${index}`));
    await store.compact(await store.revision());
    const expired = await ask.get(`${urls.nodes}?limit=1&continue=${first.metadata.continue}`);
    expect([expired.status, expired.json.reason]).toEqual([410, "Expired"]);
    const rest = await ask.get(`${urls.nodes}?continue=${expired.json.metadata.continue}`);
    expect(rest.json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).slice(0, 3)).toEqual([
      "b",
      "c",
      "n0",
    ]);
    const exact = await ask.get(`${urls.nodes}?resourceVersion=3&resourceVersionMatch=Exact`);
    expect(exact.status).toBe(410);
  });
});
