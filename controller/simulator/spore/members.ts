import type { JsonObject } from "../../base/json.ts";

/** Another node, as one node knows it. */
export interface Member {
  readonly hostname: string;
  readonly address: string;
  /** On the clock of `heard`. */
  readonly lastSeenMs: number;
  /** What its last update said; empty before the first. */
  readonly details: JsonObject;
}

/** How a node calls a member by its age. */
export type MemberStatus = "active" | "inactive" | "dead";

/** The member table of a node: 32 entries, as on the chip. The node itself is not in it. */
export class Members {
  readonly #byHostname = new Map<string, Member>();

  /** Notes a sign of life. Silent about what it must forget: the oldest goes first. */
  heard(hostname: string, address: string, nowMs: number, details?: Member["details"]): void {
    const old = this.#byHostname.get(hostname);
    // Deleted first, so that the map's order is that of the last reception.
    this.#byHostname.delete(hostname);
    if (this.#byHostname.size >= membersMax) {
      const [oldest] = this.#byHostname.keys();
      if (oldest !== undefined) this.#byHostname.delete(oldest);
    }
    this.#byHostname.set(hostname, { hostname, address, lastSeenMs: nowMs, details: details ?? old?.details ?? {} });
  }

  /** Those heard within the last 300 s, longest silent first. */
  list(nowMs: number): readonly Member[] {
    return [...this.#byHostname.values()].filter(({ lastSeenMs }) => nowMs - lastSeenMs <= forgottenAfterMs);
  }

  clear(): void {
    this.#byHostname.clear();
  }
}

/** As reference nodes do: below 10 s active, up to 60 s inactive. */
export function statusOfAge(ageMs: number): MemberStatus {
  if (ageMs < 10_000) return "active";
  return ageMs <= 60_000 ? "inactive" : "dead";
}

const membersMax = 32;
const forgottenAfterMs = 300_000;
