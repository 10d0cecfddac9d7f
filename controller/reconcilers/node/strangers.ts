import type { Node } from "../../api/node.ts";
import { type Result, requeueAfter } from "../../runtime/reconcile.ts";
import type { NodeMemory } from "./memory.ts";

/** Devices that nobody owns: `untried`, not asked yet; `mute`, asked without an answer. */
type Kind = "untried" | "mute";

/** How many runs over such devices there may be at a time, and when who finds no place comes again. */
const places = { untried: { max: 96, retryMs: 250 }, mute: { max: 16, retryMs: 2_000 } } as const;

/**
 * Keeps workers free for the devices that are owned, or that answer. A look at one that does not may take half a minute, and whoever is on the
 * network can forge heartbeats of as many as they like.
 */
export class Strangers {
  readonly #underway: Record<Kind, number> = { untried: 0, mute: 0 };

  /** Does `run`, unless it is over a stranger and its places are taken: then it is to come back. */
  async admit(node: Node, memory: NodeMemory, run: () => Promise<Result>): Promise<Result> {
    const kind = kindOf(node, memory);
    if (kind === undefined) return await run();
    const { max, retryMs } = places[kind];
    if (this.#underway[kind] >= max) return requeueAfter(retryMs, "other devices without an owner are looked at");
    this.#underway[kind] += 1;
    try {
      return await run();
    } finally {
      this.#underway[kind] -= 1;
    }
  }
}

function kindOf({ spec }: Node, { look }: NodeMemory): Kind | undefined {
  if (spec.owner !== undefined) return undefined;
  if (look.failures > 0) return "mute";
  return look.seenAtMs === undefined ? "untried" : undefined;
}
