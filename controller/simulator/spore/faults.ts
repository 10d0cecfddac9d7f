import { SporeError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";

/** What can be wrong with a node. `value` is what the fault's number means; one without has no number. */
export const faultTable = {
  "refuse-upload": { says: "answers each upload with the updater's error", value: "error code", preset: 4 },
  busy: { says: "answers each write with 409 busy" },
  "low-memory": { says: "answers everything with 503 low_memory" },
  "slow-answers": { says: "takes its time before each answer", value: "ms", preset: 5000 },
  "no-answer": { says: "accepts connections and never answers" },
  "half-json": { says: "answers with JSON that stops in the middle" },
  "cut-answer": { says: "closes the connection in the middle of its answer" },
  "drop-upload": { says: "resets the connection in the middle of an upload", value: "bytes", preset: 1024 },
  "stall-upload": { says: "stops reading in the middle of an upload", value: "bytes", preset: 1024 },
  "reset-after-upload": { says: "takes the image and resets the connection instead of answering" },
  "reset-and-forget": { says: "resets the connection after the last byte and has not taken the image" },
  "power-cut-upload": { says: "loses power in the middle of an upload", value: "bytes", preset: 1024 },
  "power-cut-copy": { says: "loses power while the boot loader copies" },
  "lying-version": { says: "takes an image, restarts, and reports the old version and MD5" },
  "crash-loop": { says: "crashes at start with each image it is sent" },
  "no-wifi": { says: "does not find its network after the next restart" },
  "foreign-identity": { says: "is another board than the one that was at this address" },
  nameless: { says: "leaves its hostname out of discovery messages" },
  mute: { says: "sends no datagram" },
  loss: { says: "loses datagrams on the way out", value: "percent", preset: 30 },
  "forgets-writes": { says: "confirms labels and configuration and keeps nothing" },
} as const satisfies Record<string, { says: string; value?: string; preset?: number }>;

/** A name in `faultTable`. */
export type FaultName = keyof typeof faultTable;

/** A fault for a share of a fleet. */
export interface FaultRule {
  readonly name: FaultName;
  /** Absent: the table's own. */
  readonly value?: number;
  /** Part of the nodes that have it, 0 to 1. */
  readonly share: number;
}

/** What is wrong with one node at the moment. */
export class Faults {
  readonly #values = new Map<FaultName, number>();

  /** Whether the fault is there. */
  has(name: FaultName): boolean {
    return this.#values.has(name);
  }

  /** The fault's number; undefined when it is not there. */
  value(name: FaultName): number | undefined {
    return this.#values.get(name);
  }

  set(name: FaultName, value: number = presetOf(name)): void {
    this.#values.set(name, value);
  }

  clear(name: FaultName): void {
    this.#values.delete(name);
  }

  /** Whether the fault is there; it no longer is afterwards. */
  take(name: FaultName): boolean {
    return this.#values.delete(name);
  }

  get names(): readonly FaultName[] {
    return [...this.#values.keys()];
  }
}

/**
 * Reads `name[=number][@percent%]`, as on the command line: `loss=30@10%` is a loss of 30 percent at a tenth of the nodes.
 *
 * @throws SporeError `SPORE_USAGE` naming what there is to choose from.
 */
export function parseFaultRule(text: string): FaultRule {
  const [, name = "", value, percent] = /^([a-z-]+)(?:=(\d+))?(?:@(\d+(?:\.\d+)?)%)?$/.exec(text) ?? [];
  if (!isFaultName(name))
    throw new SporeError("SPORE_USAGE", `"${text}" is not a fault of the simulator.`, {
      hint: `Write NAME[=NUMBER][@PERCENT%]; names: ${Object.keys(faultTable).join(", ")}.`,
    });
  if (value !== undefined && !("value" in faultTable[name]))
    throw new SporeError("SPORE_USAGE", `The fault ${name} takes no number, but "${text}" gives ${value}.`);
  const share = percent === undefined ? 1 : Number(percent) / 100;
  if (share > 1) throw new SporeError("SPORE_USAGE", `"${text}" is more than 100 percent of the nodes.`);
  return { name, share, ...(value !== undefined && { value: Number(value) }) };
}

/** The faults of one node, drawn by its own chance. */
export function drawFaults(rules: readonly FaultRule[], random: Random): Faults {
  const faults = new Faults();
  for (const { name, value, share } of rules) if (random() < share) faults.set(name, value);
  return faults;
}

/** Whether `name` is in the table. */
function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultTable, name);
}

function presetOf(name: FaultName): number {
  const row = faultTable[name];
  return "preset" in row ? row.preset : 1;
}
