import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../controller/base/log.ts";
import { healthChecks } from "../../controller/spored/health-checks.ts";
import { healthSource } from "../../controller/spored/health-source.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

function stage() {
  const broken = new AbortController();
  const stop = new AbortController();
  const manager = { missing: ["nodes.spore.dev"] as string[], isLeading: false };
  let begin = () => {};
  const listening = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const checks = healthChecks({ broken: broken.signal, dataDir: directoryOfTest(), manager: () => manager, listening });
  const source = healthSource({ checks, registry: new Registry(), log: silentLogger }, stop.signal);
  const ask = (path: string, query = "") => source.health(path, new URLSearchParams(query));
  const becomeReady = async () => {
    manager.missing = [];
    manager.isLeading = true;
    begin();
    await listening;
  };
  return { broken, stop, ask, becomeReady };
}

describe("health of a process", () => {
  it("names what is not ready yet, while the process is alive", async () => {
    const { ask, becomeReady } = stage();
    const { status, body } = await ask("/readyz");
    expect(status).toBe(500);
    const failed = [...body.matchAll(/^\[-\](\S+) failed/gm)].map(([, name]) => name);
    expect(failed).toEqual(["caches-synced", "leader-election", "discovery"]);
    expect(await ask("/livez")).toEqual({ status: 200, body: "ok" });
    await becomeReady();
    expect(await ask("/readyz")).toEqual({ status: 200, body: "ok" });
    expect((await ask("/readyz/disk-space", "verbose")).body).toBe("[+]disk-space ok\nreadyz check passed\n");
    expect((await ask("/readyz/nothing")).status).toBe(404);
  });

  it("is not alive with a store that cannot be written, and not ready when it is to end", async () => {
    const { ask, becomeReady, broken, stop } = stage();
    await becomeReady();
    stop.abort();
    expect((await ask("/readyz")).body).toContain("[-]shutdown failed");
    expect((await ask("/livez")).status).toBe(200);
    broken.abort();
    expect((await ask("/livez")).body).toContain("[-]store-writable failed");
    expect((await ask("/readyz", "exclude=shutdown&exclude=store-writable")).status).toBe(200);
  });
});
