import type { Clock } from "../base/clock.ts";
import { type Ageing, AgeQueue } from "./ageing.ts";
import type { Family, Sighting } from "./driver.ts";
import type { LiveChange, LiveDevice, LiveListener, Transfer } from "./live-device.ts";

/** Entries kept. Forged heartbeats beyond it find no room: what is being heard is never evicted for a newcomer. */
const devicesMax = 65_536;
/**
 * Entries of one hostname. Two are a conflict that a person must settle; every message of the name looks through all of them, so a forger who counts
 * chip ids up must not make them many.
 */
const devicesPerNameMax = 16;
/** Messages overtake one another, and not all round alike. */
const uptimeSlackSeconds = 5;

/** Hears of everything, also of being heard again: for live figures. Reconcilers subscribe to changes. */
export type AnyListener = (device: LiveDevice, is: "new" | "there" | "gone") => void;

/** Fields are added in one order, as `merge` has it, and never deleted: entries of many shapes would be slow to read. */
interface Entry extends Mutable<LiveDevice>, Ageing<Entry> {}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The liveness table of one process: who was heard, where, when, and what they said of themselves. Everything costs the same however many
 * devices there are.
 *
 * A device is its hostname and, once heard, its chip id; an address is only where it was last heard. So a device that comes back on another
 * address stays the same entry, and another device on a known address never becomes it.
 */
export class Sightings {
  readonly #byKey = new Map<string, Entry>();
  readonly #byAddress = new Map<string, Entry>();
  readonly #byHostname = new Map<string, Entry[]>();
  readonly #ages: AgeQueue<Entry>;
  #listeners: readonly LiveListener[] = [];
  #anyListeners: readonly AnyListener[] = [];
  #messages = 0;
  #dropped = 0;
  #revision = 0;

  constructor(clock: Clock) {
    this.#ages = new AgeQueue<Entry>(
      clock,
      (entry) => {
        this.#tell("phase", entry);
        this.#touch(entry, "there");
      },
      (entry) => this.#forget(entry),
    );
  }

  /** Takes what a driver heard: this is the driver's `SightingSink`. Neither blocks nor throws. */
  readonly heard = (sighting: Sighting): void => {
    this.#messages++;
    const at = this.#byAddress.get(sighting.address);
    // A bare message of the oldest generation names nobody: it keeps alive who is known at its address.
    const known = sighting.hostname === undefined || (at && isSame(at, sighting)) ? at : this.#byIdentity(sighting);
    const entry = known ?? this.#create(sighting);
    if (!entry) {
      this.#dropped++;
      return;
    }
    const wasSilent = this.#ages.heard(entry);
    const moved = this.#place(entry, sighting.address);
    const changed = merge(entry, sighting);
    const kind =
      known === undefined ? "appeared" : moved ? "moved" : changed ? "changed" : wasSilent ? "phase" : undefined;
    if (kind) this.#tell(kind, entry);
    this.#touch(entry, known === undefined ? "new" : "there");
  };

  get(key: string): LiveDevice | undefined {
    return this.#byKey.get(key);
  }

  /** Everybody who uses `hostname`: more than one is a conflict. */
  named(hostname: string): readonly LiveDevice[] {
    return this.#byHostname.get(hostname) ?? [];
  }

  /** Who was last heard from `address`. */
  at(address: string): LiveDevice | undefined {
    return this.#byAddress.get(address);
  }

  /** Everybody, in no particular order. Costs as much as there are: for start-up and lists. */
  all(): IterableIterator<LiveDevice> {
    return this.#byKey.values();
  }

  /** Messages that came in, whoever they named. */
  get messages(): number {
    return this.#messages;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Messages that named nobody known, or found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Of the last change of any device. */
  get revision(): number {
    return this.#revision;
  }

  /** One more, for a change that is not the table's: a device that is shown under another name. */
  nextRevision(): number {
    return ++this.#revision;
  }

  /** Notes how far an upload is, or that there is none. */
  setTransfer(key: string, transfer: Transfer | undefined): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    entry.transfer = transfer;
    this.#touch(entry, "there");
  }

  /** @returns a function that ends the subscription. */
  onChange(listener: LiveListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** @returns a function that ends the subscription. */
  onAnything(listener: AnyListener): () => void {
    this.#anyListeners = [...this.#anyListeners, listener];
    return () => {
      this.#anyListeners = this.#anyListeners.filter((other) => other !== listener);
    };
  }

  /** Ends the ageing. */
  stop(): void {
    this.#ages.stop();
  }

  #byIdentity(sighting: Sighting): Entry | undefined {
    const named = this.#byHostname.get(sighting.hostname ?? "");
    if (!named) return undefined;
    const same = named.filter((entry) => isSame(entry, sighting));
    if (sighting.chipId !== undefined) return same.find(({ chipId }) => chipId === sighting.chipId) ?? same[0];
    // Without a chip id two devices of one name cannot be told apart; whoever still talks elsewhere is not the one.
    return same.length > 1 ? same.find(({ phase, address }) => phase !== "Active" || address === undefined) : same[0];
  }

  #create({ family, hostname, chipId }: Sighting): Entry | undefined {
    if (hostname === undefined) return undefined;
    const named = this.#byHostname.get(hostname) ?? [];
    if (named.length > 0 && chipId === undefined) return undefined;
    if (named.length >= devicesPerNameMax && !this.#makeRoom(mostSilentOf(named))) return undefined;
    if (this.#byKey.size >= devicesMax && !this.#makeRoom(this.#ages.mostSilent())) return undefined;
    const entry: Entry = {
      key: this.#freeKey(family, hostname, chipId),
      family,
      hostname,
      address: undefined,
      phase: "Active",
      revision: 0,
      heardAtMs: 0,
      older: undefined,
      younger: undefined,
      receivedBytes: undefined,
      transfer: undefined,
    };
    this.#byKey.set(entry.key, entry);
    this.#byHostname.set(hostname, [...(this.#byHostname.get(hostname) ?? []), entry]);
    return entry;
  }

  /** Forgets `silent` before its time. @returns whether there was one. */
  #makeRoom(silent: Entry | undefined): boolean {
    if (!silent) return false;
    this.#ages.remove(silent);
    this.#forget(silent);
    return true;
  }

  #freeKey(family: Family, hostname: string, chipId: number | undefined): string {
    const plain = `${family}/${hostname}`;
    return this.#byKey.has(plain) ? `${plain}#${(chipId ?? 0).toString(16)}` : plain;
  }

  /** @returns whether the entry is now known to be elsewhere than before, or where it is after nobody knew. */
  #place(entry: Entry, address: string): boolean {
    if (entry.address === address) return false;
    const before = entry.address;
    if (before !== undefined) this.#byAddress.delete(before);
    const displaced = this.#byAddress.get(address);
    this.#byAddress.set(address, entry);
    entry.address = address;
    if (displaced) {
      displaced.address = undefined;
      this.#tell("displaced", displaced);
      this.#touch(displaced, "there");
    }
    return true;
  }

  #forget(entry: Entry): void {
    this.#byKey.delete(entry.key);
    if (entry.address !== undefined) this.#byAddress.delete(entry.address);
    const others = (this.#byHostname.get(entry.hostname) ?? []).filter((other) => other !== entry);
    if (others.length > 0) this.#byHostname.set(entry.hostname, others);
    else this.#byHostname.delete(entry.hostname);
    this.#tell("forgotten", entry);
    this.#touch(entry, "gone");
  }

  #tell(kind: LiveChange["kind"], device: LiveDevice): void {
    for (const listener of this.#listeners) listener({ kind, device });
  }

  #touch(device: Entry, is: "new" | "there" | "gone"): void {
    device.revision = this.nextRevision();
    for (const listener of this.#anyListeners) listener(device, is);
  }
}

function isSame(entry: Entry, { family, hostname, chipId }: Sighting): boolean {
  const sameChip = entry.chipId === undefined || chipId === undefined || entry.chipId === chipId;
  return sameChip && entry.hostname === hostname && entry.family === family;
}

/** The entry that was heard longest ago, unless all are being heard. */
function mostSilentOf(entries: readonly Entry[]): Entry | undefined {
  const silent = entries.filter(({ phase }) => phase !== "Active");
  return silent.sort((a, b) => a.heardAtMs - b.heardAtMs)[0];
}

/** Takes over what was said. @returns whether anything changed that is worth looking at; figures that always move are not. */
function merge(entry: Entry, said: Sighting): boolean {
  let changed = false;
  if (said.chipId !== undefined && said.chipId !== entry.chipId) {
    entry.chipId = said.chipId;
    changed = true;
  }
  if (said.port !== undefined && said.port !== entry.port) {
    entry.port = said.port;
    changed = true;
  }
  if (said.bootId !== undefined && said.bootId !== entry.bootId) {
    entry.bootId = said.bootId;
    changed = true;
  }
  if (said.version !== undefined && said.version !== entry.version) {
    entry.version = said.version;
    changed = true;
  }
  if (said.state !== undefined && said.state !== entry.state) {
    entry.state = said.state;
    changed = true;
  }
  if (said.configHash !== undefined && said.configHash !== entry.configHash) {
    entry.configHash = said.configHash;
    changed = true;
  }
  if (said.labels !== undefined && !sameLabels(said.labels, entry.labels)) {
    entry.labels = said.labels;
    changed = true;
  }
  return mergeFigures(entry, said) || changed;
}

/** @returns whether the device must have booted since. */
function mergeFigures(entry: Entry, said: Sighting): boolean {
  const rebooted = (said.uptimeSeconds ?? Number.POSITIVE_INFINITY) + uptimeSlackSeconds < (entry.uptimeSeconds ?? 0);
  if (said.uptimeSeconds !== undefined) entry.uptimeSeconds = said.uptimeSeconds;
  if (said.freeHeapBytes !== undefined) entry.freeHeapBytes = said.freeHeapBytes;
  if (said.rssiDbm !== undefined) entry.rssiDbm = said.rssiDbm;
  if (said.receivedBytes !== undefined) entry.receivedBytes = said.receivedBytes;
  else if (said.state !== undefined && said.state !== "ota") entry.receivedBytes = undefined;
  return rebooted;
}

function sameLabels(
  said: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>> | undefined,
): boolean {
  if (known === undefined) return false;
  let more = 0;
  for (const key in said) {
    if (said[key] !== known[key]) return false;
    more++;
  }
  for (const _ in known) more--;
  return more === 0;
}
