import { describe, expect, it } from "vitest";
import { Lease } from "../../controller/api/core-kinds.ts";
import type { Transport } from "../../controller/api/transport.ts";
import { sleep } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { LeaseElection } from "../../controller/runtime/lease.ts";
import { FakeApi } from "../support/fake-api.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;

/** Processes that compete for one lease, all in this one. */
function open() {
  const api = new FakeApi();
  const clock = new ManualClock();
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const leading = new Set<string>();
  const history: string[] = [];
  const join = (identity: string, transport = api.transport) => {
    const stop = new AbortController();
    const own = apiClient(transport, { clock, userAgent: "test/1" });
    const settings = { client: own, clock, log: silentLogger, random: () => 0.5, namespace: "default", name: "spored" };
    const over = new LeaseElection({ ...settings, identity }).lead(stop.signal, async (term) => {
      leading.add(identity);
      history.push(`${identity} leads`);
      await new Promise<void>((resolve) => term.addEventListener("abort", () => resolve()));
      leading.delete(identity);
      history.push(`${identity} stops`);
    });
    return { stop, over };
  };
  const lease = () => client.get(Lease, { namespace: "default", name: "spored" }, never);
  return { api, clock, leading, history, join, lease };
}

describe("LeaseElection", () => {
  it("leads at once where there is no lease, and renews it", async () => {
    const { clock, leading, join, lease } = open();
    const a = join("a");
    await clock.settle();
    expect([...leading]).toEqual(["a"]);
    const first = await lease();
    expect(first?.spec).toMatchObject({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(first?.spec?.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await clock.advance(60_000);
    const later = await lease();
    expect([...leading]).toEqual(["a"]);
    expect(later?.spec?.acquireTime).toBe(first?.spec?.acquireTime);
    expect(later?.spec?.renewTime).not.toBe(first?.spec?.renewTime);
    a.stop.abort();
    await a.over;
    expect(clock.timers).toBe(0);
  });

  it("hands over without delay when the leader stops", async () => {
    const { clock, leading, join, lease } = open();
    const a = join("a");
    await clock.settle();
    const b = join("b");
    await clock.advance(60_000);
    expect([...leading]).toEqual(["a"]);
    a.stop.abort();
    await a.over;
    await clock.advance(2400); // b's next look
    expect([...leading]).toEqual(["b"]);
    expect((await lease())?.spec).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
    b.stop.abort();
    await b.over;
  });

  it("takes over from a leader that died, when its lease is old", async () => {
    const { api, clock, leading, history, join } = open();
    let isAlive = true;
    const a = join("a", (request) => (isAlive ? api.transport(request) : new Promise(() => {})));
    await clock.settle();
    const b = join("b");
    await clock.advance(10_000);
    isAlive = false;
    await clock.advance(13_000);
    expect(leading.has("b")).toBe(false);
    await clock.advance(6000);
    expect([...leading]).toEqual(["b"]);
    expect(history).toEqual(["a leads", "a stops", "b leads"]); // never two at once
    for (const { stop } of [a, b]) stop.abort();
    await clock.advance(2000); // the dead one's attempt to release
    await Promise.all([a.over, b.over]);
  });

  it("counts from when it asked, not from a late answer: others count from when the lease was written", async () => {
    const { api, clock, history, join } = open();
    let renewals = 0;
    const slowThenDead: Transport = async (request) => {
      if (renewals > 0) return new Promise(() => {});
      const answer = await api.transport(request);
      if (request.method !== "PUT") return answer;
      renewals++;
      await sleep(clock, 7000, never);
      return answer;
    };
    const a = join("a", slowThenDead);
    await clock.settle();
    const b = join("b");
    await clock.advance(30_000);
    expect(history).toEqual(["a leads", "a stops", "b leads"]);
    for (const { stop } of [a, b]) stop.abort();
    await clock.advance(2000); // the dead one's attempt to release
    await Promise.all([a.over, b.over]);
  });

  it("stops leading when it cannot renew, and leads again later", async () => {
    const { api, clock, history, leading, join } = open();
    const a = join("a");
    await clock.settle();
    api.up = false;
    await clock.advance(9000);
    expect([...leading]).toEqual(["a"]);
    await clock.advance(5000);
    expect([...leading]).toEqual([]);
    api.up = true;
    await clock.advance(5000);
    expect(history).toEqual(["a leads", "a stops", "a leads"]);
    a.stop.abort();
    await a.over;
  });

  it("does not trust the clocks of others", async () => {
    const { api, clock, leading, join } = open();
    const past = { renewTime: "1999-01-01T00:00:00.000000Z", holderIdentity: "x", leaseDurationSeconds: 15 };
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "spored" }, spec: past };
    api.put("/apis/coordination.k8s.io/v1/namespaces/default/leases/spored", lease);
    const a = join("a");
    await clock.advance(14_000);
    expect([...leading]).toEqual([]);
    await clock.advance(4000);
    expect([...leading]).toEqual(["a"]);
    a.stop.abort();
    await a.over;
  });

  it("never lets two lead at once", async () => {
    const { clock, leading, join } = open();
    const all = ["a", "b", "c", "d"].map((identity) => join(identity));
    for (let second = 0; second < 120; second++) {
      await clock.advance(1000);
      expect(leading.size).toBeLessThanOrEqual(1);
      if (second % 30 === 29) all[Math.floor(second / 30)]?.stop.abort();
    }
    for (const { stop } of all) stop.abort();
    await clock.settle();
    await Promise.all(all.map(({ over }) => over));
  });
});
