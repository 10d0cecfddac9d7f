import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { controllers } from "../../controller/apiserver/user.ts";
import type { Logger } from "../../controller/base/log.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import type { Store } from "../../controller/store/store.ts";
import { Asker, admin, configMap, nodeManifest, testServer, urls } from "../support/api-server.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** Remembers everything it is told. */
function listening(): { readonly log: Logger; readonly heard: string[] } {
  const heard: string[] = [];
  const hear = (fields: object, sentence: string) => {
    heard.push(
      `${sentence} ${JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value.stack) : value))}`,
    );
  };
  const log: Logger = { debug: hear, info: hear, warn: hear, error: hear, child: () => log };
  return { log, heard };
}

describe("the API server", () => {
  it("lets the controllers assign nodes, and nothing that they do not need", async () => {
    await using server = await testServer();
    const [asAdmin, asController] = [admin, controllers].map((user) => new Asker(inProcessTransport(server, user)));
    await asAdmin?.post(urls.nodes, nodeManifest("a"));
    const assigned = await asController?.merge(`${urls.nodes}/a`, { spec: { assignment: { group: "default/g" } } });
    expect([assigned?.status, assigned?.json.metadata.generation]).toEqual([200, 2]);
    const kept = await asAdmin?.merge(`${urls.nodes}/a`, { spec: { paused: true } });
    expect(kept?.json.spec.assignment).toEqual({ group: "default/g" });
    expect((await asAdmin?.merge(`${urls.nodes}/a`, { spec: { assignment: null } }))?.status).toBe(403);
    expect((await asController?.post(urls.configMaps, configMap("a")))?.status).toBe(403);
  });

  it("refuses before it looks whether the object is there", async () => {
    await using server = await testServer();
    const ask = new Asker(inProcessTransport(server, { name: "alice", groups: ["system:authenticated"] }));
    const [there, missing] = [await ask.get(`${urls.namespaces}/default`), await ask.get(`${urls.namespaces}/nope`)];
    expect([there.status, missing.status]).toEqual([403, 403]);
    expect(there.json.message).toBe(missing.json.message.replaceAll("nope", "default"));
  });

  it("never logs what is in a Secret or in a request", async () => {
    const { log, heard } = listening();
    await using server = await testServer({ log });
    const ask = new Asker(inProcessTransport(server, admin));
    const stringData = { password: "hunter2hunter2" };
    await ask.post(urls.secrets, { metadata: { name: "s" }, stringData });
    await ask.post(urls.secrets, '{"stringData":{"password":"hunter2hunter2"');
    await ask.merge(`${urls.secrets}/s`, { data: { other: "not base64: hunter2hunter2" } });
    await ask.get(`${urls.secrets}?labelSelector=hunter2hunter2`);
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.filter((line) => line.includes("hunter2"))).toEqual([]);
    expect(heard.filter((line) => line.includes(Buffer.from("hunter2hunter2").toString("base64")))).toEqual([]);
  });

  it("tells a client nothing about a fault of its own but where to look", async () => {
    const { log, heard } = listening();
    const clock = new ManualClock();
    const good = openMemoryStore({ clock });
    const broken: Store = new Proxy(good, {
      get: (store, name) =>
        name === "range"
          ? () => Promise.reject(new TypeError("a secret detail"))
          : Reflect.get(store, name).bind(store),
    });
    const ready = await testServer({ store: good, clock });
    await ready[Symbol.asyncDispose]();
    const starting = testServer({ store: broken, clock, log });
    await expect(starting).rejects.toThrow("a secret detail"); // at the start it may fail; once it runs it must not
    const failing: Store = new Proxy(good, {
      get: (store, name) =>
        name === "commit"
          ? () => Promise.reject(new TypeError("a secret detail"))
          : Reflect.get(store, name).bind(store),
    });
    await using server = await testServer({ store: failing, clock, log });
    const ask = new Asker(inProcessTransport(server, admin));
    const { status, json, headers } = await ask.post(urls.nodes, nodeManifest("a"));
    expect([status, json.reason]).toEqual([500, "InternalError"]);
    expect(json.message).toBe(`Internal error occurred: see the log of spored for the audit id ${headers["audit-id"]}`);
    expect(heard.some((line) => line.includes("a secret detail") && line.includes(headers["audit-id"] ?? "?"))).toBe(
      true,
    );
  });

  it("gives up on a request after a minute", async () => {
    const clock = new ManualClock();
    const good = openMemoryStore({ clock });
    const stuck: Store = new Proxy(good, {
      get: (store, name) => (name === "commit" ? () => new Promise(() => {}) : Reflect.get(store, name).bind(store)),
    });
    await (await testServer({ store: good, clock }))[Symbol.asyncDispose]();
    await using server = await testServer({ store: stuck, clock });
    const ask = new Asker(inProcessTransport(server, admin));
    const answer = ask.post(urls.nodes, nodeManifest("a"));
    await clock.advance(60_000);
    expect((await answer).json).toMatchObject({ code: 504, reason: "Timeout" });
    expect(clock.timers).toBe(0);
  });

  it("gives up on an upload that stands still after ten minutes, and lets go of its body", async () => {
    const clock = new ManualClock();
    await using server = await testServer({ clock });
    let isReleased = false;
    let stands = () => {};
    const standsStill = new Promise<void>((resolve) => {
      stands = resolve;
    });
    const chunks = [{ done: false, value: new Uint8Array(10) }];
    const body: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const chunk = chunks.pop();
          if (chunk !== undefined) return chunk;
          stands();
          return new Promise(() => {});
        },
        async return() {
          isReleased = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const path = `/artifacts/sha256/${"0".repeat(64)}`;
    const parts = { method: "PUT", path, query: new URLSearchParams(), headers: {}, body } as const;
    const answer = server.handle({ ...parts, signal: new AbortController().signal }, admin);
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    await standsStill;
    await clock.advance(599_000);
    expect([answered, isReleased]).toEqual([false, false]);
    await clock.advance(1000);
    expect((await answer).status).toBe(504);
    expect(isReleased).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it("ends watches and refuses requests once it is closed, but still says that it is alive", async () => {
    await using server = await testServer();
    const ask = new Asker(inProcessTransport(server, admin));
    await using watch = await ask.watch(`${urls.namespaces}?watch=1`);
    expect(await watch.take(2)).toEqual(["ADDED default", "ADDED kube-system"]);
    await server[Symbol.asyncDispose]();
    expect(await watch.next()).toBeUndefined();
    expect((await ask.get(urls.nodes)).json).toMatchObject({ code: 503, details: { retryAfterSeconds: 1 } });
    expect((await ask.get("/livez")).status).toBe(200);
    const unready = await ask.get("/readyz?verbose");
    expect([unready.status, unready.text]).toEqual([500, expect.stringContaining("[-]shutdown failed")]);
  });

  it("goes on ending a namespace that an earlier process left half way", async () => {
    const clock = new ManualClock();
    const store = openMemoryStore({ clock });
    const first = await testServer({ store, clock });
    const ask = new Asker(inProcessTransport(first, admin));
    await ask.post(urls.namespaces, { metadata: { name: "lab" } });
    await ask.post("/api/v1/namespaces/lab/configmaps", configMap("held", {}, { finalizers: ["x.dev/hold"] }));
    await ask.delete(`${urls.namespaces}/lab`);
    await first[Symbol.asyncDispose]();
    await using server = await testServer({ store, clock });
    const second = new Asker(inProcessTransport(server, admin));
    await second.merge("/api/v1/namespaces/lab/configmaps/held", { metadata: { finalizers: null } });
    await clock.advance(10_000);
    expect((await second.get(`${urls.namespaces}/lab`)).status).toBe(404);
  });

  it("counts what it does, under the names of kube-apiserver and of kinds that it knows", async () => {
    await using server = await testServer();
    const ask = new Asker(inProcessTransport(server, admin));
    await ask.post(urls.nodes, nodeManifest("a"));
    await ask.get("/apis/evil.dev/v1/x%22%7D%0Ainjected");
    await using watch = await ask.watch(`${urls.nodes}?watch=1`);
    await watch.next();
    const { text } = await ask.get("/metrics");
    const node = 'group="spore.dev",version="v1alpha1",resource="nodes",subresource="",scope="cluster"';
    expect(text).toContain(`apiserver_request_total{verb="POST",${node},code="201"} 1`);
    const unknown = 'group="",version="",resource="unknown",subresource="",scope=""';
    expect(text).toContain(`apiserver_request_total{verb="LIST",${unknown},code="404"} 1`);
    expect(text).toContain(`apiserver_longrunning_requests{verb="WATCH",${node}} 1`);
    expect(text).toContain(`apiserver_request_duration_seconds_count{verb="POST",${node}} 1`);
    expect(text).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
    expect(text).toMatch(/^spore_store_revision [1-9]/m);
    expect(text).not.toContain("injected");
  });
});
