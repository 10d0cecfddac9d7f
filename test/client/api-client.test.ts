import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import type { ApiRequest } from "../../controller/api/transport.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { listAll } from "../../controller/client/list-all.ts";
import { FakeApi, failure } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;
const nodes = "/apis/spore.dev/v1alpha1/nodes";

function open() {
  const api = new FakeApi();
  const clock = new ManualClock();
  const seen: ApiRequest[] = [];
  const transport = (request: ApiRequest) => {
    seen.push(request);
    return api.transport(request);
  };
  return { api, clock, seen, client: apiClient(transport, { clock, userAgent: "test/1" }) };
}

function node(name: string, paused = false): Node {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Node",
    metadata: { name },
    spec: { family: "spore", paused },
  };
}

describe("apiClient", () => {
  it("get gives the object frozen, and undefined where there is none", async () => {
    const { api, client } = open();
    api.put(`${nodes}/a`, node("a"));
    const object = await client.get(Node, { name: "a" }, never);
    expect(object?.spec).toEqual({ family: "spore", paused: false });
    expect(Object.isFrozen(object) && Object.isFrozen(object?.spec)).toBe(true);
    expect(await client.get(Node, { name: "b" }, never)).toBeUndefined();
  });

  it("get throws where the server does not know the resource", async () => {
    const { api, client } = open();
    api.intercept = () => failure(404, "NotFound", "the server could not find the requested resource");
    await expect(client.get(Node, { name: "a" }, never)).rejects.toMatchObject({ code: "SPORE_NOT_FOUND" });
    api.intercept = () => ({ status: 404, body: "404 page not found" });
    await expect(client.get(Node, { name: "a" }, never)).rejects.toMatchObject({ code: "SPORE_NOT_FOUND" });
  });

  it("list says the kind of each item, and pages when asked", async () => {
    const { api, client } = open();
    for (const name of ["a", "b", "c"]) api.put(`${nodes}/${name}`, node(name));
    const first = await client.list(Node, { limit: 2 }, never);
    expect(first.items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ["Node", "a"],
      ["Node", "b"],
    ]);
    const second = await client.list(Node, { limit: 2, continue: first.continue ?? "" }, never);
    expect([second.items.map(({ metadata }) => metadata.name), second.continue]).toEqual([["c"], undefined]);
    expect(second.resourceVersion).toBe(first.resourceVersion);
  });

  it("sends what the options say, in the words of the API", async () => {
    const { api, client, seen } = open();
    api.put("/api/v1/namespaces/lab/configmaps/c", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
    const key = { namespace: "lab", name: "c" };
    const options = { signal: never, dryRun: true, fieldManager: "me", fieldValidation: "Strict" as const };
    await client.patch(
      ConfigMap,
      key,
      { type: "merge", body: { data: { a: "1" } } },
      { ...options, subresource: "status" },
    );
    await client.delete(ConfigMap, key, { signal: never, propagationPolicy: "Orphan", preconditions: { uid: "u" } });
    const [patch, remove] = seen;
    expect(patch?.path).toBe("/api/v1/namespaces/lab/configmaps/c/status");
    expect(String(patch?.query)).toBe("dryRun=All&fieldManager=me&fieldValidation=Strict");
    expect(patch?.headers).toMatchObject({ "content-type": "application/merge-patch+json", "user-agent": "test/1" });
    expect(JSON.parse(String(remove?.body))).toEqual({
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Orphan",
      preconditions: { uid: "u" },
    });
  });

  it("applies on the server's side, with force where it is asked for", async () => {
    const { client, seen } = open();
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
    const options = { signal: never, fieldManager: "me" };
    const key = { namespace: "lab", name: "c" };
    for (const force of [undefined, true]) {
      const patch = { type: "apply", body, ...(force && { force }) } as const;
      await client.patch(ConfigMap, key, patch, options).catch(() => {}); // only what was sent matters here
    }
    expect(seen.map(({ query }) => String(query))).toEqual(["fieldManager=me", "fieldManager=me&force=true"]);
    expect(seen[0]?.headers).toMatchObject({ "content-type": "application/apply-patch+yaml" });
    expect(JSON.parse(String(seen[0]?.body))).toEqual(body);
  });

  it("create fills in apiVersion and kind", async () => {
    const { client, seen } = open();
    await client.create(ConfigMap, { metadata: { namespace: "lab", name: "c" }, data: { a: "1" } }, { signal: never });
    expect(JSON.parse(String(seen[0]?.body))).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { a: "1" } });
  });

  it("says so when a namespace is missing, without asking the server", async () => {
    const { client, seen } = open();
    await expect(client.get(ConfigMap, { name: "c" }, never)).rejects.toMatchObject({ code: "SPORE_BAD_REQUEST" });
    expect(seen).toEqual([]);
  });

  it("hands on warnings", async () => {
    const { api } = open();
    const transport = async (request: ApiRequest) => ({
      ...(await api.transport(request)),
      headers: { warning: '299 - "unknown field \\"spec.x\\"", 299 - "old"' },
    });
    const warnings: string[] = [];
    const client = apiClient(transport, { clock: new ManualClock(), userAgent: "test/1" });
    await client.create(
      Node,
      { metadata: { name: "a" }, spec: { family: "spore" } },
      { signal: never, onWarning: (text) => warnings.push(text) },
    );
    expect(warnings).toEqual(['unknown field "spec.x"', "old"]);
  });

  it("calls an answer that is no JSON unavailable, with a hint", async () => {
    const transport = async () => ({ status: 200, headers: {}, body: bodyOf("<html>hello</html>") });
    const client = apiClient(transport, { clock: new ManualClock(), userAgent: "test/1" });
    await expect(client.list(Node, {}, never)).rejects.toMatchObject({
      code: "SPORE_UNAVAILABLE",
      details: { hint: expect.stringContaining("Kubernetes API") },
    });
  });

  it("gives up after its deadline, whether the server is silent before or within its answer", async () => {
    const clock = new ManualClock();
    const options = { clock, userAgent: "test/1", requestTimeoutMs: 5000 };
    const silent = apiClient(() => new Promise(() => {}), options);
    const stuck = apiClient(async () => ({ status: 200, headers: {}, body: bodyThatHangs() }), options);
    const results = Promise.allSettled([silent.list(Node, {}, never), stuck.get(Node, { name: "a" }, never)]);
    await clock.advance(5000);
    expect((await results).map((result) => result.status === "rejected" && result.reason.code)).toEqual([
      "SPORE_TIMEOUT",
      "SPORE_TIMEOUT",
    ]);
    expect(clock.timers).toBe(0);
  });

  it("rejects with the signal's reason, at once, whatever the transport does", async () => {
    const abort = new AbortController();
    const client = apiClient(() => new Promise(() => {}), { clock: new ManualClock(), userAgent: "test/1" });
    const waiting = client.list(Node, {}, abort.signal);
    abort.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    await expect(client.list(Node, {}, abort.signal)).rejects.toBe("stop");
  });
});

describe("apiClient.watch", () => {
  it("gives events in order however the answer is cut, until the server ends it", async () => {
    const { api, client } = open();
    api.chunkBytes = 3;
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of client.watch(Node, { resourceVersion: "1" }, never)) {
        seen.push(event.type === "BOOKMARK" ? event.type : `${event.type} ${event.object.metadata.name}`);
      }
    })();
    api.put(`${nodes}/a`, node("a"));
    api.put(`${nodes}/a`, node("a", true));
    api.remove(`${nodes}/a`);
    await new ManualClock().settle();
    api.cutWatches();
    await watching;
    expect(seen).toEqual(["ADDED a", "MODIFIED a", "DELETED a"]);
  });

  it("asks for bookmarks and for what the options say", async () => {
    const { client, seen, api } = open();
    api.intercept = () => failure(410, "Expired", "too old resource version");
    const options = { resourceVersion: "7", labelSelector: "a=b", timeoutSeconds: 300 };
    const watching = client.watch(Node, options, never)[Symbol.asyncIterator]();
    await expect(watching.next()).rejects.toMatchObject({ code: "SPORE_EXPIRED" });
    expect(String(seen[0]?.query)).toBe(
      "watch=true&allowWatchBookmarks=true&resourceVersion=7&labelSelector=a%3Db&timeoutSeconds=300",
    );
  });

  it("throws SPORE_UNAVAILABLE or the transport's error when the stream breaks within an event", async () => {
    const { api, client } = open();
    const watching = client.watch(Node, { resourceVersion: "1" }, never)[Symbol.asyncIterator]();
    const next = watching.next();
    await new ManualClock().settle();
    api.cutWatches(new Error("torn"));
    await expect(next).rejects.toThrow("torn");
  });

  it("ends with the signal's reason, and takes the server's stream down with it", async () => {
    const { api, client } = open();
    const abort = new AbortController();
    const next = client.watch(Node, { resourceVersion: "1" }, abort.signal)[Symbol.asyncIterator]().next();
    await new ManualClock().settle();
    expect(api.watches).toBe(1);
    abort.abort("stop");
    await expect(next).rejects.toBe("stop");
    await new ManualClock().settle();
    expect(api.watches).toBe(0);
  });

  it("takes the server's stream down when the consumer leaves", async () => {
    const { api, client } = open();
    api.put(`${nodes}/a`, node("a"));
    for await (const event of client.watch(Node, { resourceVersion: "1" }, never)) {
      expect(event.type).toBe("ADDED");
      break;
    }
    await new ManualClock().settle();
    expect(api.watches).toBe(0);
  });

  it("gives up when the answer does not begin, and has no deadline afterwards", async () => {
    const clock = new ManualClock();
    const client = apiClient(() => new Promise(() => {}), { clock, userAgent: "test/1" });
    const next = client.watch(Node, { resourceVersion: "1" }, never)[Symbol.asyncIterator]().next();
    next.catch(() => {}); // observed below
    await clock.advance(30_000);
    await expect(next).rejects.toMatchObject({ code: "SPORE_TIMEOUT" });

    const { api, client: good, clock: time } = open();
    const watching = good.watch(Node, { resourceVersion: "1" }, never)[Symbol.asyncIterator]();
    const event = watching.next();
    await time.advance(3_600_000);
    api.put(`${nodes}/a`, node("a"));
    expect(await event).toMatchObject({ value: { type: "ADDED" } });
    await watching.return?.();
  });
});

describe("listAll", () => {
  it("reads all pages as of one version", async () => {
    const { api, client, seen } = open();
    for (let i = 0; i < 1203; i++) api.put(`${nodes}/n${String(i).padStart(4, "0")}`, node(`n${i}`));
    const list = await listAll(client, Node, {}, never);
    expect([list.items.length, list.resourceVersion, seen.length]).toEqual([1203, String(api.revision), 3]);
  });

  it("starts over in one piece when the version is gone between two pages", async () => {
    const { api, client, seen } = open();
    for (let i = 0; i < 700; i++) api.put(`${nodes}/n${i}`, node(`n${i}`));
    api.intercept = ({ query }) => {
      if (!query.has("continue")) return undefined;
      return failure(410, "Expired", "the continue token is too old");
    };
    expect((await listAll(client, Node, {}, never)).items.length).toBe(700);
    expect(seen.map(({ query }) => query.get("limit"))).toEqual(["500", "500", null]);
  });
});

async function* bodyOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function* bodyThatHangs(): AsyncIterable<Uint8Array> {
  yield Buffer.from("{");
  await new Promise(() => {});
}
