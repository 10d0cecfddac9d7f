import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import { sleep, systemClock } from "../../controller/base/clock.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { isLongRun } from "../support/long-run.ts";
import { hasTool } from "../support/machine-tools.ts";
import { BoardRollouts } from "./board-rollouts.ts";
import type { Plane } from "./plane.ts";
import { converged, never, push, type Stage, startStage, wantFirmware } from "./simulated.ts";
import { expectSoundUploads } from "./sound-uploads.ts";

const kills = isLongRun ? 100 : 10;
/** Simulated nodes, and the C++ firmware in processes where there is a compiler for it: 50 in all. */
const boards = hasTool("compiler") ? 4 : 0;
const nodes = 50 - boards;
const simulated = { "spore.dev/family": "spore", "spore.dev/platform": "esp8266" };
const killsPerRollout = 10;
/** 80 kB at 100 kB/s: most kills meet uploads on their way. */
const physics = { ...physicsPresets.quick, transferBytesPerSecond: 100_000, copyMsPerSector: 0, joinMaxMs: 400 };

describe("spored under kill -9", () => {
  it("keeps acknowledged writes and flashes nothing twice", { timeout: kills * 30_000 }, async () => {
    const random = seededRandom(0xc4a5);
    await using stage = await startStage({ count: nodes, physics }, ["--auto-adopt", "default", "--ota-parallel", "8"]);
    const { plane, fleet } = stage;
    await using rollouts = await BoardRollouts.start(plane, boards);
    const writer = new Writer(plane);
    let killed = 0;
    for (let round = 0; killed < kills; round++) {
      const firmware = await push(plane, { name: "lab-sensor", version: `1.1.${round}`, sizeBytes: 80_000 });
      await wantFirmware(plane, firmware, {
        selector: { matchLabels: simulated },
        strategy: { maxUnavailable: 6 },
      });
      await rollouts.begin(round);
      for (let kill = 0; kill < killsPerRollout && killed < kills; kill++, killed++) {
        const stop = new AbortController();
        const writing = writer.writeUntil(stop.signal);
        await sleep(systemClock, randomInteger(random, 0, 1_500), never);
        await plane.kill();
        stop.abort();
        await writing;
        await plane.start();
        await writer.expectAllThere();
      }
      await converged(stage, 150);
      await expectVersion(stage, `1.1.${round}`);
      await rollouts.expectDone();
    }
    expect(writer.acknowledged).toBeGreaterThan(kills * 5);
    for (const { board, uploads } of fleet.nodes) expectSoundUploads(board.hostname, uploads);
    // The kills were worth something: some of them met uploads that had begun.
    expect(fleet.nodes.flatMap(({ uploads }) => uploads.filter(({ outcome }) => outcome === "aborted"))).not.toEqual(
      [],
    );
  });
});

/** Makes ConfigMaps and remembers which of them the server acknowledged. */
class Writer {
  readonly #plane: Plane;
  readonly #revisions = new Map<string, string>();
  #next = 0;

  constructor(plane: Plane) {
    this.#plane = plane;
  }

  get acknowledged(): number {
    return this.#revisions.size;
  }

  /** Writes one after the other until the server no longer answers. */
  async writeUntil(signal: AbortSignal): Promise<void> {
    const { client } = this.#plane;
    while (!signal.aborted) {
      const name = `written-${this.#next++}`;
      const written = await client
        .create(ConfigMap, { metadata: { name, namespace: "default" }, data: { name } }, { signal })
        .catch(() => undefined); // it died before it answered: nothing was promised
      if (!written) return;
      this.#revisions.set(name, written.metadata.resourceVersion ?? "");
    }
  }

  async expectAllThere(): Promise<void> {
    const { items } = await this.#plane.client.list(ConfigMap, { namespace: "default" }, never);
    const found = new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
    const lost = [...this.#revisions].filter(([name, revision]) => found.get(name) !== revision);
    expect(lost).toEqual([]);
  }
}

async function expectVersion({ plane }: Stage, version: string): Promise<void> {
  const labelSelector = Object.entries(simulated)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await plane.client.list(Node, { labelSelector }, never);
  const versions = new Map<string | undefined, number>();
  for (const { status } of items) {
    const running = status?.firmware?.version;
    versions.set(running, (versions.get(running) ?? 0) + 1);
  }
  expect([...versions]).toEqual([[version, nodes]]);
}
