import { apiVersionOf } from "../api/kind.ts";
import { LiveNode, type LiveNodeStatus } from "../api/live-node.ts";
import type { LiveEvent, LiveSource } from "../api/live-source.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import type { LiveDevice } from "./live-device.ts";
import { nodeNameOf } from "./node-name.ts";
import type { Sightings } from "./sightings.ts";

/** Deletions remembered for watches that come back. */
const deletionsMax = 4096;
/** Changes of one device that come faster reach a watch as one. */
const batchMs = 250;

interface Row {
  readonly name: string;
  readonly device: LiveDevice;
  readonly createdRevision: number;
}

interface Deletion {
  readonly revision: number;
  readonly object: LiveNode;
}

/** What waits for one watch: rows in the order of their last change. Bounded, as a row waits once however often it changes. */
interface Watcher {
  readonly dirty: Set<Row>;
  /** Rows it has been told of. */
  readonly known: WeakSet<Row>;
  deletions: Deletion[];
  /** Deletions were lost, because nobody took what was waiting. */
  overrun: boolean;
  wake: () => void;
}

/** The `livenodes` API over the liveness table. Its revisions are the table's own, so that being heard costs nothing here while nobody watches. */
export class LiveNodes implements LiveSource {
  readonly #clock: Clock;
  readonly #table: Sightings;
  readonly #rows = new Map<string, Row>();
  readonly #byName = new Map<string, Row>();
  readonly #deletions: Deletion[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #unsubscribe: () => void;
  /** The newest deletion that is no longer known. */
  #expiredRevision = 0;

  constructor(clock: Clock, table: Sightings) {
    this.#clock = clock;
    this.#table = table;
    for (const device of table.all()) this.#add(device, this.#freeName(device), device.revision);
    this.#unsubscribe = table.onAnything((device, is) => {
      if (is === "new") this.#add(device, this.#freeName(device), device.revision);
      else if (is === "gone") this.#remove(device.key, device.revision);
      else if (this.#watchers.size > 0) this.#touch(device.key);
    });
  }

  /** Lists the device under the name of its Node. Until this is called its hostname gives the name. */
  setName(key: string, name: string): void {
    const row = this.#rows.get(key);
    if (!row || row.name === name) return;
    const holder = this.#byName.get(name);
    this.#remove(key, this.#table.nextRevision());
    if (holder) this.#remove(holder.device.key, this.#table.nextRevision());
    this.#add(row.device, name, this.#table.nextRevision());
    if (holder) this.#add(holder.device, this.#freeName(holder.device), this.#table.nextRevision());
  }

  list(): readonly LiveNode[] {
    return [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((row) => this.#objectOf(row));
  }

  get(name: string): LiveNode | undefined {
    const row = this.#byName.get(name);
    return row && this.#objectOf(row);
  }

  revision(): number {
    return this.#table.revision;
  }

  async *watch(after: number, signal: AbortSignal): AsyncGenerator<LiveEvent> {
    if (after < this.#expiredRevision || after > this.#table.revision) throw expired(after);
    const watcher = this.#watcherSince(after);
    this.#watchers.add(watcher);
    const wakeUp = () => watcher.wake();
    signal.addEventListener("abort", wakeUp);
    try {
      while (!signal.aborted) {
        if (watcher.overrun) throw expired(after);
        yield* this.#take(watcher);
        await this.#nextChange(watcher, signal);
      }
    } finally {
      signal.removeEventListener("abort", wakeUp);
      this.#watchers.delete(watcher);
    }
  }

  /** Ends the subscription to the table. */
  stop(): void {
    this.#unsubscribe();
  }

  #watcherSince(after: number): Watcher {
    const changed = [...this.#rows.values()].filter((row) => revisionOf(row) > after);
    const known = [...this.#rows.values()].filter(({ createdRevision }) => createdRevision <= after);
    return {
      dirty: new Set(changed.sort((a, b) => revisionOf(a) - revisionOf(b))),
      known: new WeakSet(known),
      deletions: this.#deletions.filter(({ revision }) => revision > after),
      overrun: false,
      wake: () => {},
    };
  }

  /** What is waiting, in order of revision. */
  #take(watcher: Watcher): readonly LiveEvent[] {
    const rows = [...watcher.dirty].map((row) => {
      const type = watcher.known.has(row) ? ("MODIFIED" as const) : ("ADDED" as const);
      watcher.known.add(row);
      return { revision: revisionOf(row), event: { type, object: this.#objectOf(row) } };
    });
    const deletions = watcher.deletions.map(({ revision, object }) => ({
      revision,
      event: { type: "DELETED" as const, object },
    }));
    watcher.dirty.clear();
    watcher.deletions = [];
    return [...rows, ...deletions].sort((a, b) => a.revision - b.revision).map(({ event }) => event);
  }

  /** Waits for a change, and then a moment longer, so that what changes all the time comes in batches. */
  async #nextChange(watcher: Watcher, signal: AbortSignal): Promise<void> {
    if (watcher.dirty.size === 0 && watcher.deletions.length === 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        watcher.wake = resolve;
      });
    if (!signal.aborted) await sleep(this.#clock, batchMs, signal).catch(() => {}); // an abort ends the loop above
  }

  #touch(key: string): void {
    const row = this.#rows.get(key);
    if (row) this.#wake(row);
  }

  #add(device: LiveDevice, name: string, revision: number): void {
    const row: Row = { name, device, createdRevision: revision };
    this.#rows.set(device.key, row);
    this.#byName.set(name, row);
    this.#wake(row);
  }

  #wake(row: Row): void {
    for (const watcher of this.#watchers) {
      watcher.dirty.delete(row);
      watcher.dirty.add(row);
      watcher.wake();
    }
  }

  #remove(key: string, revision: number): void {
    const row = this.#rows.get(key);
    if (!row) return;
    this.#rows.delete(key);
    this.#byName.delete(row.name);
    const deletion = { revision, object: this.#objectOf(row, revision) };
    this.#deletions.push(deletion);
    if (this.#deletions.length > deletionsMax) this.#expiredRevision = this.#deletions.shift()?.revision ?? 0;
    for (const watcher of this.#watchers) {
      watcher.dirty.delete(row);
      if (watcher.deletions.length < deletionsMax) watcher.deletions.push(deletion);
      else watcher.overrun = true;
      watcher.wake();
    }
  }

  #freeName({ key, hostname, chipId }: LiveDevice): string {
    const plain = nodeNameOf(hostname) || nodeNameOf(key);
    const names = [plain, `${plain}-${(chipId ?? 0).toString(16)}`];
    const free = names.find((name) => !this.#byName.has(name));
    return free ?? `${plain}-${this.#table.revision}`;
  }

  #objectOf(row: Row, revision = revisionOf(row)): LiveNode {
    const { name, device } = row;
    return {
      apiVersion: apiVersionOf(LiveNode),
      kind: LiveNode.kind,
      metadata: { name, resourceVersion: String(revision) },
      status: this.#statusOf(device),
    };
  }

  #statusOf(device: LiveDevice): LiveNodeStatus {
    const { phase, address, port, uptimeSeconds, freeHeapBytes, rssiDbm, bootId, version, state, transfer } = device;
    const heardAtMs = this.#clock.now() - (this.#clock.monotonic() - device.heardAtMs);
    return {
      phase,
      lastSeen: new Date(heardAtMs).toISOString(),
      ...(address !== undefined && { address }),
      ...(port !== undefined && { port }),
      ...(uptimeSeconds !== undefined && { uptimeSeconds }),
      ...(freeHeapBytes !== undefined && { freeHeapBytes }),
      ...(rssiDbm !== undefined && { rssiDbm }),
      ...(bootId !== undefined && { bootId }),
      ...(version !== undefined && { version }),
      ...(state !== undefined && { state }),
      ...transferOf(device.receivedBytes, transfer),
    };
  }
}

/** When the row last changed: a device that was given another name was not heard for that. */
function revisionOf({ device, createdRevision }: Row): number {
  return Math.max(device.revision, createdRevision);
}

function expired(after: number): SporeError {
  return new SporeError("SPORE_EXPIRED", `Changes of livenodes after revision ${after} are not known; list again.`);
}

function transferOf(
  receivedBytes: number | undefined,
  transfer: LiveDevice["transfer"],
): Pick<LiveNodeStatus, "transfer"> {
  if (!transfer) return {};
  return { transfer: { ...transfer, ...(receivedBytes !== undefined && { receivedBytes }) } };
}
