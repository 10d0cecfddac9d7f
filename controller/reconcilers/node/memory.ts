import type { NodeStatusOperation } from "../../api/node.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { Problem } from "../problem.ts";
import { type LookRecord, neverLooked } from "./look-schedule.ts";

/** Which action a device refused. */
export type Refusable = "config" | "labels" | "restart";

/** Why an action failed. */
export type Failure = Pick<Problem, "reason" | "message">;

/**
 * What a process remembers of one node between runs, and may forget at any time: whatever decides about writing is either in the object's
 * status or looked up again. Times are monotonic.
 */
export interface NodeMemory {
  readonly uid: string;
  look: LookRecord;
  /** The last answer of the device itself, never of somebody else at its address. */
  observation?: Observation;
  /** What is wrong with whoever answers at the device's address. */
  impostor?: string;
  /** Something was written since the last look. */
  unconfirmed: boolean;
  /** The next run must look, whatever the schedule says. */
  mustLook: boolean;
  /** Refused actions by what was asked, so that another wish is tried again. */
  readonly refused: Map<Refusable, { readonly wish: string; readonly problem: Problem }>;
  readonly refusedTokens: Set<string>;
  /** The token that the last action was sent with. */
  shownToken?: string;
  /** The last wish of each sort that the device took, and how often in a row. */
  readonly carriedOut: Map<Refusable, { readonly wish: string; readonly atMs: number; readonly times: number }>;
  /** The desired hash of the configuration that was pushed and taken in whole. */
  pushedConfigHash?: string;
  /** The device's own hash when its configuration was last as desired. */
  configBaseline?: string;
  /** New configuration must not have crashed the device by then. */
  settlesAtMs: number;
  /** The install that the executor has: which image goes where. */
  installing?: Installing;
  retryAtMs: number;
  failures: number;
  /** Why the last action failed; absent once one was carried out. */
  lastFailure?: Failure;
  phase?: PhaseWatch;
  /**
   * The operation that the device, or the way to it, was seen to cut short. Only then it counts against the image that it did not happen:
   * one that was called off, or that an earlier process left behind, says nothing about the device.
   */
  brokenOff?: string;
}

/** An install in the hands of the executor. */
export interface Installing {
  readonly digest: string;
  readonly address: string;
  readonly port: number;
  readonly sinceMs: number;
  /** Whether the status says that its turn has not come. */
  isTold: boolean;
}

/** The open operation's phase, as far as this process has seen it. */
export interface PhaseWatch {
  readonly operationId: string;
  readonly phase: NodeStatusOperation["phase"];
  readonly sinceMs: number;
  wasSilent: boolean;
  /** When to look next. */
  lookAtMs?: number;
  /** The boot that is being verified, and how many came after it. */
  bootId?: number;
  boots: number;
}

/** The memories of all nodes, by name. A node that was deleted and made anew begins with none. */
export class NodeMemories {
  readonly #byName = new Map<string, NodeMemory>();

  of(name: string, uid: string): NodeMemory {
    const known = this.#byName.get(name);
    if (known?.uid === uid) return known;
    const fresh: NodeMemory = {
      uid,
      look: neverLooked,
      unconfirmed: false,
      mustLook: false,
      refused: new Map(),
      refusedTokens: new Set(),
      carriedOut: new Map(),
      settlesAtMs: 0,
      retryAtMs: 0,
      failures: 0,
    };
    this.#byName.set(name, fresh);
    return fresh;
  }

  forget(name: string): void {
    this.#byName.delete(name);
  }
}

/** The watch over the operation's current phase; begins anew when the operation or its phase is another. */
export function phaseWatch(memory: NodeMemory, operation: NodeStatusOperation, nowMs: number): PhaseWatch {
  const known = memory.phase;
  if (known?.operationId === operation.id && known.phase === operation.phase) return known;
  const watch: PhaseWatch = {
    operationId: operation.id,
    phase: operation.phase,
    sinceMs: nowMs,
    wasSilent: false,
    boots: 0,
  };
  memory.phase = watch;
  return watch;
}
