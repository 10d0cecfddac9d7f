import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { Asker, admin, configMap, testServer, urls } from "../support/api-server.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** One step of a random history: what happens to one of a few objects, or to the watch. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("put" as const), name: fc.nat(4), room: fc.constantFrom("lab", "hall") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), name: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), events: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ do: "disconnect" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "compact" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A list and the watch behind it, as client-go's informers keep them; it lists again when it is told that it is too late. */
class Informer {
  readonly objects = new Map<string, string>();
  readonly #ask: Asker;
  readonly #query: string;
  #version = "";
  #watch: Awaited<ReturnType<Asker["watch"]>> | undefined;

  constructor(ask: Asker, query: string) {
    this.#ask = ask;
    this.#query = query;
  }

  async list(): Promise<void> {
    await this.disconnect();
    const { json } = await this.#ask.get(`${urls.configMaps}?${this.#query}`);
    this.#version = json.metadata.resourceVersion;
    this.objects.clear();
    for (const object of json.items) this.objects.set(object.metadata.name, JSON.stringify(object));
  }

  /** Takes events until the cache has seen `version`. */
  async readThrough(version: number): Promise<void> {
    while (Number(this.#version) < version) await this.readOne();
  }

  async readOne(): Promise<void> {
    this.#watch ??= await this.#ask.watch(`${urls.configMaps}?${this.#query}&watch=1&resourceVersion=${this.#version}`);
    const event = await this.#watch.next();
    if (event.type === "ERROR") {
      expect(event.object.code).toBe(410);
      return this.list();
    }
    const { name, resourceVersion } = event.object.metadata;
    expect(Number(resourceVersion)).toBeGreaterThan(Number(this.#version));
    expect(event.type).toBe(this.objects.has(name) ? (event.type === "DELETED" ? "DELETED" : "MODIFIED") : "ADDED");
    this.#version = resourceVersion;
    if (event.type === "DELETED") this.objects.delete(name);
    else this.objects.set(name, JSON.stringify(event.object));
  }

  async disconnect(): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
    this.#watch = undefined;
  }
}

describe("an informer", () => {
  it.each(["", "labelSelector=room%3Dlab", "labelSelector=room%3Dlab&fieldSelector=metadata.name!%3Dc0"])(
    "with %j holds what a list shows, whatever happened in between",
    async (query) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => history(query, steps)),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});

async function history(query: string, steps: readonly Step[]): Promise<void> {
  const clock = new ManualClock();
  await using store = openMemoryStore({ clock, keep: { ms: 0, revisions: 4 } });
  await using server = await testServer({ clock, store });
  const ask = new Asker(inProcessTransport(server, admin));
  const informer = new Informer(ask, query);
  await informer.list();
  let pending = 0;
  for (const [index, one] of steps.entries()) {
    switch (one.do) {
      case "put": {
        const labels = { room: one.room };
        const { status } = await ask.merge(`${urls.configMaps}/c${one.name}`, {
          metadata: { labels },
          data: { index: String(index) },
        });
        if (status === 404)
          await ask.post(urls.configMaps, configMap(`c${one.name}`, { index: String(index) }, { labels }));
        pending++;
        break;
      }
      case "delete":
        await ask.delete(`${urls.configMaps}/c${one.name}`);
        break;
      case "read":
        // Only as much as surely comes: an event that the selection hides would be waited for in vain.
        if (query === "" && pending >= one.events && one.events > 0) {
          await informer.readOne();
          pending = 0;
        }
        break;
      case "disconnect":
        await informer.disconnect();
        break;
      case "compact":
        await store.compact(await store.revision());
        break;
    }
  }
  // A last object that every selection shows tells when all events were read.
  const { json: last } = await ask.post(urls.configMaps, configMap("last", {}, { labels: { room: "lab" } }));
  await informer.readThrough(Number(last.metadata.resourceVersion));
  const { json } = await ask.get(`${urls.configMaps}?${query}`);
  const listed = json.items.map((object: { metadata: { name: string } }) => [
    object.metadata.name,
    JSON.stringify(object),
  ]);
  expect([...informer.objects].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(listed);
  await informer.disconnect();
}
