import type { ObjectReference } from "../api/core-kinds.ts";
import type { Resource } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { LruMap } from "../base/lru-map.ts";
import type { Occurrence } from "./recorder.ts";

/** As client-go's: this many Events about one object in a burst, then one more each five minutes. */
const burst = 25;
const refillMs = 300_000;
/** So many different messages with one reason, and further ones are combined, until none came for `similarMs`. */
const similarMax = 10;
const similarMs = 600_000;
/** The API refuses messages of more than 1024; the prefix of a combined one needs some of that. */
const messageMaxCharacters = 980;
/** What is remembered, of each of the three. */
const remembered = 4096;

/** One Event, and how often it happened. */
export interface Tally {
  /** Stays one Event in the API while it repeats. */
  readonly id: string;
  /** Of what it speaks. A reference: the object itself, as it stood then, would stay in memory as long as the tally. */
  readonly regarding: ObjectReference & { readonly name: string };
  /** The newest of them. */
  occurrence: Occurrence;
  readonly firstMs: number;
  lastMs: number;
  count: number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

interface Similar {
  messages: Set<string>;
  lastMs: number;
}

/**
 * Decides what becomes an Event: the same thing once more counts up, many things of one sort are combined, and an object about which too
 * much is said is cut off for a while. Remembers a bounded number of objects.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #tallies = new LruMap<string, Tally>(remembered);
  readonly #buckets = new LruMap<string, Bucket>(remembered);
  readonly #similar = new LruMap<string, Similar>(remembered);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The Event to write, its count already up to date; undefined when the object has used up its share. */
  correlate(object: Resource, occurrence: Occurrence): Tally | undefined {
    const about = [object.kind, object.metadata.namespace, object.metadata.name, object.metadata.uid].join("/");
    if (!this.#hasToken(about)) return undefined;
    const kept = this.#combined(about, occurrence);
    const id = [about, kept.type, kept.reason, kept.combined ? "combined" : kept.message].join("\n");
    const now = this.#clock.now();
    const tally = this.#tallies.getOrMake(id, () => ({
      id,
      regarding: referenceTo(object),
      occurrence: kept,
      firstMs: now,
      lastMs: now,
      count: 0,
    }));
    tally.count += 1;
    tally.occurrence = kept;
    tally.lastMs = now;
    return tally;
  }

  #hasToken(about: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.getOrMake(about, () => ({ tokens: burst, filledMs: now }));
    const refills = Math.floor((now - bucket.filledMs) / refillMs);
    bucket.tokens = Math.min(burst, bucket.tokens + refills);
    bucket.filledMs += refills * refillMs;
    if (bucket.tokens === 0) return false;
    bucket.tokens -= 1;
    return true;
  }

  #combined(about: string, occurrence: Occurrence): Occurrence & { readonly combined: boolean } {
    const { type, reason } = occurrence;
    const message = occurrence.message.slice(0, messageMaxCharacters);
    const now = this.#clock.monotonic();
    const similar = this.#similar.getOrMake([about, type, reason].join("\n"), () => ({
      messages: new Set(),
      lastMs: now,
    }));
    if (now - similar.lastMs > similarMs) similar.messages = new Set();
    similar.lastMs = now;
    if (similar.messages.has(message) || similar.messages.size < similarMax) {
      similar.messages.add(message);
      return { ...occurrence, message, combined: false };
    }
    return { ...occurrence, message: `(combined from similar events): ${message}`, combined: true };
  }
}

function referenceTo({ apiVersion, kind, metadata }: Resource): Tally["regarding"] {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}
