import { describe, expect, it, onTestFinished } from "vitest";
import type { ApiRequest, ApiResponse } from "../../controller/api/transport.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { apiServerContract } from "../contract/api-server.ts";
import { admin, nodeManifest, testServer, urls } from "../support/api-server.ts";

apiServerContract("within the process", async () => {
  const server = await testServer();
  return { transport: inProcessTransport(server, admin), close: () => server[Symbol.asyncDispose]() };
});

describe("a direct request", () => {
  const open = async () => {
    const server = await testServer();
    onTestFinished(() => server[Symbol.asyncDispose]());
    const transport = inProcessTransport(server, admin);
    const ask = async (method: "GET" | "POST" | "PATCH", path: string, fields: Partial<ApiRequest>, query = "") => {
      const { signal } = new AbortController();
      return transport({ method, path, query: new URLSearchParams(query), headers: {}, signal, ...fields });
    };
    const textOf = async ({ body }: ApiResponse) => {
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    return { ask, textOf };
  };
  const merge = { headers: { "content-type": "application/merge-patch+json" } };

  it("is answered with what the text would spell, frozen, and the same object for everybody", async () => {
    const { ask, textOf } = await open();
    const made = await ask("POST", urls.nodes, { direct: { value: nodeManifest("a") } });
    expect(made.status).toBe(201);
    const read = await ask("GET", `${urls.nodes}/a`, { direct: {} });
    if (read.direct?.kind !== "object") throw new Error("no direct answer");
    expect(read.direct.object).toEqual(JSON.parse(await textOf(await ask("GET", `${urls.nodes}/a`, {}))));
    expect(read.direct.object).toBe(made.direct?.kind === "object" && made.direct.object);
    expect(Object.isFrozen(read.direct.object.spec)).toBe(true);
  });

  it("watches the very objects", async () => {
    const { ask } = await open();
    await ask("POST", urls.nodes, { direct: { value: nodeManifest("a") } });
    const watch = await ask("GET", urls.nodes, { direct: {} }, "watch=1");
    if (watch.direct?.kind !== "events") throw new Error("no direct answer");
    const events = watch.direct.events[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
    const next = events.next();
    const patched = await ask("PATCH", `${urls.nodes}/a`, {
      ...merge,
      direct: { value: { metadata: { labels: { b: "c" } } } },
    });
    const { value: event } = await next;
    expect(event.type).toBe("MODIFIED");
    expect(event.object).toBe(patched.direct?.kind === "object" && patched.direct.object);
    await events.return?.();
  });

  it("is held to the same rules", async () => {
    const { ask, textOf } = await open();
    const value = { ...nodeManifest("a"), spec: { family: "spore", colour: "red" } };
    const strict = await ask("POST", urls.nodes, { direct: { value } }, "fieldValidation=Strict");
    expect(JSON.parse(await textOf(strict))).toMatchObject({ code: 400, message: expect.stringContaining("colour") });
    const wrong = await ask("POST", urls.nodes, { direct: { value: { ...nodeManifest("a"), spec: { family: 1 } } } });
    expect(JSON.parse(await textOf(wrong))).toMatchObject({ code: 422 });
  });
});
