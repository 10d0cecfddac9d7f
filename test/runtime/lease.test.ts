import { describe, expect, it } from "vitest";
import { Lease } from "../../controller/api/core-kinds.ts";
import type { Transport } from "../../controller/api/transport.ts";
import { type Clock, sleep } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { type Random, seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { LeaseElection, type LeaseTimes } from "../../controller/runtime/lease.ts";
import { FakeApi } from "../support/fake-api.ts";
import { isLongRun } from "../support/long-run.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;

/** In which one of them is not like the others. */
interface Conditions {
  readonly clock: Clock;
  readonly random: Random;
  readonly times: LeaseTimes;
}

/** A clock that shows another time than `clock`, and runs at another rate. */
function skewed(clock: ManualClock, offsetMs: number, rate: number): Clock {
  return {
    now: () => clock.now() * rate + offsetMs,
    monotonic: () => clock.monotonic() * rate,
    after: (delayMs, fire) => clock.after(delayMs / rate, fire),
  };
}

/** Processes that compete for one lease, all in this one. */
function open() {
  const api = new FakeApi();
  const clock = new ManualClock();
  const client = apiClient(api.transport, { clock, userAgent: "test/1" });
  const leading = new Set<string>();
  const history: string[] = [];
  const told: string[] = [];
  const join = (identity: string, transport = api.transport, own: Partial<Conditions> = {}) => {
    const stop = new AbortController();
    const sees = own.clock ?? clock;
    const settings = {
      client: apiClient(transport, { clock: sees, userAgent: "test/1" }),
      clock: sees,
      log: silentLogger,
      random: own.random ?? (() => 0.5),
      namespace: "default",
      name: "spored",
      ...(own.times && { times: own.times }),
    };
    const onTransition = (_: unknown, transition: string) => void told.push(`${identity} ${transition}`);
    const over = new LeaseElection({ ...settings, identity, onTransition }).lead(stop.signal, async (term) => {
      leading.add(identity);
      history.push(`${identity} leads`);
      await new Promise<void>((resolve) => term.addEventListener("abort", () => resolve()));
      leading.delete(identity);
      history.push(`${identity} stops`);
    });
    return { stop, over };
  };
  const lease = () => client.get(Lease, { namespace: "default", name: "spored" }, never);
  return { api, clock, leading, history, told, join, lease };
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

  it("says when it leads and when it no longer does", async () => {
    const { api, clock, told, join } = open();
    const a = join("a");
    await clock.settle();
    api.up = false;
    await clock.advance(14_000);
    expect(told).toEqual(["a became leader", "a stopped leading"]);
    api.up = true;
    await clock.advance(5000);
    a.stop.abort();
    await a.over;
    expect(told).toEqual(["a became leader", "a stopped leading", "a became leader", "a stopped leading"]);
  });

  it("keeps to the times it is given", async () => {
    const { api, clock, leading, join, lease } = open();
    const times = { durationMs: 60_000, renewTimeoutMs: 40_000, retryMs: 5000 };
    const a = join("a", api.transport, { times });
    await clock.settle();
    expect((await lease())?.spec?.leaseDurationSeconds).toBe(60);
    const b = join("b"); // has the usual times, and heeds those of the leader
    await clock.advance(1000);
    api.up = false;
    await clock.advance(35_000);
    api.up = true;
    await clock.advance(10_000);
    expect([...leading]).toEqual(["a"]);
    for (const { stop } of [a, b]) stop.abort();
    await Promise.all([a.over, b.over]);
  });

  it("ends with an error when its work does not end before others may lead", async () => {
    const { api, clock } = open();
    const client = apiClient(api.transport, { clock, userAgent: "test/1" });
    const settings = { client, clock, log: silentLogger, random: () => 0.5, namespace: "default", name: "spored" };
    const election = new LeaseElection({ ...settings, identity: "a" });
    const over = election.lead(never, () => new Promise(() => {}));
    const verdict = expect(over).rejects.toMatchObject({ code: "SPORE_TIMEOUT" });
    await clock.settle();
    api.up = false;
    await clock.advance(14_500);
    api.up = true; // or the attempt to release would be what fails
    await clock.advance(3000);
    await verdict;
    expect(clock.timers).toBe(0);
  });

  it.each(isLongRun ? seeds(200) : seeds(12))(
    "never lets two lead at once, whatever their clocks show, their jitter and the network's faults: seed %i",
    async (seed) => {
      const { api, clock, leading, history, join } = open();
      const random = seededRandom(seed);
      // Faulty in the way of a real network: some requests are lost, some answers come late, some never.
      const cutOff = new Set<string>();
      const through = (identity: string): Transport => {
        return async (request) => {
          if (cutOff.has(identity) || random() < 0.05) return new Promise(() => {});
          const answer = await api.transport(request);
          if (random() < 0.2) await sleep(clock, random() * 8000, never);
          return answer;
        };
      };
      const names = ["a", "b", "c"];
      const all = names.map((identity) => {
        // Crystals are off by 1 part in 10,000 or less; wall clocks by whatever people set.
        const own = skewed(clock, (random() - 0.5) * 86_400_000, 1 + (random() - 0.5) * 2e-3);
        return join(identity, through(identity), { clock: own, random });
      });
      for (let second = 0; second < 300; second++) {
        await clock.advance(1000);
        expect(leading.size, history.join()).toBeLessThanOrEqual(1);
        if (random() < 0.02) cutOff.add(names[Math.floor(random() * names.length)] ?? "");
        if (random() < 0.05) cutOff.clear();
      }
      expect(history.length).toBeGreaterThan(0);
      for (const { stop } of all) stop.abort();
      await clock.advance(60_000);
      await Promise.all(all.map(({ over }) => over));
    },
  );
});

function seeds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
