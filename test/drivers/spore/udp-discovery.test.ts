import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../controller/base/log.ts";
import type { Sighting } from "../../../controller/drivers/driver.ts";
import { UdpDiscovery } from "../../../controller/drivers/spore/udp-discovery.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const broadcast = "127.255.255.255";

let clock: ManualClock;
let stop: AbortController;
let heard: Sighting[];
let sockets: Socket[];

beforeEach(() => {
  clock = new ManualClock();
  stop = new AbortController();
  heard = [];
  sockets = [];
});

afterEach(() => {
  stop.abort();
  for (const socket of sockets) socket.close();
});

async function socketAt(address: string, port: number, shared = true): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: shared });
  sockets.push(socket);
  socket.bind({ address, port, exclusive: true });
  await once(socket, "listening");
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await socketAt("127.62.0.1", 0);
  return socket.address().port;
}

/** Discovery on an address of its own, so that tests do not hear one another. */
function discover(port: number, bind = "127.62.0.9") {
  const sink = (sighting: Sighting) => void heard.push(sighting);
  const discovery = new UdpDiscovery({ options: { bind, broadcast, port }, clock, log: silentLogger, sink });
  return { discovery, done: discovery.run(stop.signal) };
}

describe("UdpDiscovery", () => {
  it("hears broadcasts and what is sent to it alone, with the address they came from", async () => {
    const port = await freePort();
    const { discovery, done } = discover(port);
    const node = await socketAt("127.62.0.7", port);
    node.setBroadcast(true);
    await expect
      .poll(() => {
        node.send("CLUSTER_HEARTBEAT:esp_3E0007", port, broadcast);
        return heard.length;
      })
      .toBeGreaterThan(0);
    expect(heard[0]).toEqual({ family: "spore", address: "127.62.0.7", hostname: "esp_3E0007" });
    heard.length = 0;
    node.send('NODE_UPDATE:esp_3E0007:{"chipId":4063239,"port":8080,"st":"ota","rx":512}', port, "127.62.0.9");
    await expect
      .poll(() => heard.filter(({ chipId }) => chipId !== undefined))
      .toEqual([
        {
          family: "spore",
          address: "127.62.0.7",
          hostname: "esp_3E0007",
          chipId: 4063239,
          port: 8080,
          state: "ota",
          receivedBytes: 512,
        },
      ]);
    expect(discovery.counters).toMatchObject({ malformed: 0, unknown: 0 });
    stop.abort();
    await done;
  });

  it("tells each heartbeat, and who sends it when an address changes hands", async () => {
    const port = await freePort();
    const { discovery, done } = discover(port);
    const node = await socketAt("127.62.0.7", port);
    const said = ["esp_A", "esp_A", "esp_B", "esp_B", "esp_A"];
    await expect.poll(() => clock.timers).toBe(1);
    for (const [index, hostname] of said.entries()) {
      node.send(`CLUSTER_HEARTBEAT:${hostname}`, port, "127.62.0.9");
      await expect.poll(() => heard.length).toBe(index + 1);
    }
    expect(heard).toEqual(said.map((hostname) => ({ family: "spore", address: "127.62.0.7", hostname })));
    expect(discovery.counters).toEqual({ received: said.length, malformed: 0, unknown: 0 });
    stop.abort();
    await done;
  });

  it("counts what it does not understand, and goes on", async () => {
    const port = await freePort();
    const { discovery, done } = discover(port);
    const node = await socketAt("127.62.0.7", port);
    const junk = ["", "CLUSTER_HEARTBEAT:", "NODE_UPDATE:x:{bad", "SSDP:alive", "RAW:zz"];
    await expect
      .poll(() => {
        for (const text of junk) node.send(text, port, "127.62.0.9");
        return Math.min(discovery.counters.malformed / 3, discovery.counters.unknown / 2);
      })
      .toBeGreaterThanOrEqual(1);
    node.send("CLUSTER_RESPONSE", port, "127.62.0.9");
    await expect.poll(() => heard).toContainEqual({ family: "spore", address: "127.62.0.7" });
    stop.abort();
    await done;
  });

  it("asks each second at first, then each ten, and each three while somebody only answers", async () => {
    const port = await freePort();
    const queries: string[] = [];
    const listener = await socketAt(broadcast, port);
    listener.on("message", (datagram) => void queries.push(datagram.toString()));
    const { done } = discover(port);
    const asked = async (seconds: number) => {
      const before = queries.length;
      for (let n = 0; n < seconds; n++) await clock.advance(1000);
      await expect.poll(() => queries.length, { interval: 20 }).toBeGreaterThan(before);
      return queries.length - before;
    };
    await expect.poll(() => queries.length).toBe(1);
    expect(await asked(29)).toBe(29);
    await clock.advance(1000); // the first long interval begins
    const answerer = await socketAt("127.62.0.7", port);
    queries.length = 0;
    expect(await asked(30)).toBe(3);
    answerer.send("CLUSTER_RESPONSE:esp_3E0007", port, "127.62.0.9");
    await expect.poll(() => heard.length).toBe(1);
    await clock.advance(10_000);
    await clock.advance(3_000);
    queries.length = 0;
    expect(await asked(9)).toBe(3);
    expect(new Set(queries)).toEqual(new Set(["CLUSTER_DISCOVERY"]));
    stop.abort();
    await done;
  });

  it("says who holds a port that is taken, and which flag changes it", async () => {
    const port = await freePort();
    await socketAt("127.62.0.9", port, false);
    await expect(discover(port).done).rejects.toThrow(
      expect.objectContaining({
        code: "SPORE_PORT_TAKEN",
        message: expect.stringContaining(`(process ${process.pid})`),
        details: expect.objectContaining({ hint: expect.stringContaining("--udp-port") }),
      }),
    );
  });

  it("says that an address is not of this machine", async () => {
    const port = await freePort();
    await expect(discover(port, "192.0.2.1").done).rejects.toThrow(
      expect.objectContaining({ code: "SPORE_USAGE", message: expect.stringContaining("192.0.2.1") }),
    );
  });

  it("frees its ports when it ends", async () => {
    const port = await freePort();
    const { done } = discover(port);
    await expect.poll(() => clock.timers).toBe(1);
    stop.abort();
    await done;
    await socketAt("127.62.0.9", port, false);
    expect(clock.timers).toBe(0);
  });
});
