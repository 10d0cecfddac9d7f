import { describe, expect, it } from "vitest";
import { Event } from "../../controller/api/core-kinds.ts";
import type { Node } from "../../controller/api/node.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { EventRecorder } from "../../controller/runtime/event-recorder.ts";
import { FakeApi, failure } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;
const node: Node = {
  apiVersion: "spore.dev/v1alpha1",
  kind: "Node",
  metadata: { name: "esp-a1b2c3", uid: "u1", resourceVersion: "7" },
  spec: { family: "spore", paused: false },
};
const installed = { type: "Normal", reason: "Installed", message: "Firmware 1.1.0 runs." } as const;

function open() {
  const api = new FakeApi();
  const clock = new ManualClock(Date.UTC(2026, 10, 20));
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const settings = { client, clock, log: silentLogger, random: seededRandom(1), component: "spored", instance: "pi" };
  const recorder = new EventRecorder(settings);
  const stop = new AbortController();
  const over = recorder.run(stop.signal);
  const events = async () => (await client.list(Event, {}, never)).items;
  return { api, clock, recorder, stop, over, events };
}

describe("EventRecorder", () => {
  it("writes what happened, so that kubectl describe finds it", async () => {
    const { clock, recorder, events } = open();
    recorder.record(node, installed);
    await clock.settle();
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event?.metadata).toMatchObject({
      namespace: "default",
      name: expect.stringMatching(/^esp-a1b2c3\.[0-9a-f]{12}$/),
    });
  });

  it("sends every field that core/v1 asks for", async () => {
    const { api, clock, recorder } = open();
    const bodies: string[] = [];
    api.intercept = ({ method, body }) => {
      if (method === "POST") bodies.push(String(body));
      return undefined;
    };
    recorder.record(node, installed);
    await clock.settle();
    const { metadata, ...content } = JSON.parse(bodies[0] ?? "");
    expect(metadata.namespace).toBe("default");
    expect(content).toEqual({
      apiVersion: "v1",
      kind: "Event",
      involvedObject: {
        apiVersion: "spore.dev/v1alpha1",
        kind: "Node",
        name: "esp-a1b2c3",
        uid: "u1",
        resourceVersion: "7",
      },
      ...installed,
      action: "Installed",
      count: 1,
      firstTimestamp: "2026-11-20T00:00:00Z",
      lastTimestamp: "2026-11-20T00:00:00Z",
      source: { component: "spored", host: "pi" },
      reportingComponent: "spored",
      reportingInstance: "pi",
    });
  });

  it("counts the same thing up, in the one Event", async () => {
    const { api, clock, recorder } = open();
    recorder.record(node, installed);
    await clock.advance(5000);
    const patches: unknown[] = [];
    api.intercept = ({ method, body }) => {
      if (method === "PATCH") patches.push(JSON.parse(String(body)));
      return undefined;
    };
    recorder.record(node, installed);
    await clock.settle();
    expect(patches).toEqual([{ count: 2, lastTimestamp: "2026-11-20T00:00:05Z", message: installed.message }]);
    expect(api.writes.length).toBe(2);
  });

  it("makes one write of what repeats while it waits", async () => {
    const { api, clock, recorder, events } = open();
    for (let i = 0; i < 5; i++) recorder.record(node, installed);
    await clock.settle();
    expect((await events()).length).toBe(1);
    expect(api.writes.length).toBeLessThanOrEqual(2);
  });

  it("writes an Event anew that has expired", async () => {
    const { api, clock, recorder, events } = open();
    recorder.record(node, installed);
    await clock.settle();
    const [first] = await events();
    api.remove(`/api/v1/namespaces/default/events/${first?.metadata.name}`);
    recorder.record(node, installed);
    await clock.settle();
    const [second, ...others] = await events();
    expect(others).toEqual([]);
    expect(second?.metadata.name).not.toBe(first?.metadata.name);
  });

  it("combines what differs in the message only", async () => {
    const { clock, recorder, events } = open();
    for (let i = 0; i < 20; i++) recorder.record(node, { ...installed, message: `try ${i}` });
    await clock.settle();
    expect((await events()).length).toBe(11);
  });

  it("cuts off an object about which too much is said, and no other", async () => {
    const { clock, recorder, events } = open();
    const sayMuch = (times: number) => {
      for (let i = 0; i < times; i++) recorder.record(node, { ...installed, reason: `Reason${i}` });
    };
    sayMuch(100);
    recorder.record({ ...node, metadata: { name: "other", uid: "u2" } }, installed);
    await clock.settle();
    expect((await events()).length).toBe(26);
    await clock.advance(600_000);
    recorder.record(node, { ...installed, reason: "Later" });
    await clock.settle();
    expect((await events()).length).toBe(27);
  });

  it("tries again when the server is down, and gives up what it refuses", async () => {
    const { api, clock, recorder, events } = open();
    api.up = false;
    recorder.record(node, installed);
    await clock.advance(500);
    api.up = true;
    await clock.advance(5000);
    expect((await events()).length).toBe(1);
    api.intercept = () => failure(403, "Forbidden", "no");
    recorder.record(node, { ...installed, reason: "Refused" });
    await clock.settle();
    const refused = api.writes.length;
    api.intercept = () => undefined;
    recorder.record(node, { ...installed, reason: "Accepted" });
    await clock.advance(60_000);
    expect(api.writes.length).toBe(refused + 1);
  });

  it("keeps a bounded number waiting, and never lets the caller wait", async () => {
    const { api, clock, recorder, events } = open();
    api.up = false;
    for (let i = 0; i < 3000; i++) recorder.record({ ...node, metadata: { name: `n${i}`, uid: `u${i}` } }, installed);
    api.up = true;
    await clock.advance(10_000);
    await clock.advance(10_000);
    const written = (await events()).length;
    expect(written).toBeGreaterThan(900);
    expect(written).toBeLessThanOrEqual(1001);
  });

  it("writes what waits before it stops, within its time", async () => {
    const { clock, recorder, stop, over, events } = open();
    recorder.record(node, installed);
    recorder.record(node, { ...installed, reason: "Restarted" });
    stop.abort();
    await over;
    expect((await events()).length).toBe(2);
    expect(clock.timers).toBe(0);

    const late = open();
    late.api.intercept = () => failure(503, "ServiceUnavailable", "down");
    late.recorder.record(node, installed);
    late.stop.abort();
    await late.clock.advance(2000);
    await late.over;
  });
});
