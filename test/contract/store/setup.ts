import { expect } from "vitest";
import type { HistoryMinimum } from "../../../controller/store/retention.ts";
import type { Store } from "../../../controller/store/store.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** What the suite asks of an implementation: a new and empty store, under this clock, that keeps this much history. */
export interface StoreSetup {
  readonly clock: ManualClock;
  readonly keep: HistoryMinimum;
}
export type OpenStore = (setup: StoreSetup) => Promise<Store & AsyncDisposable>;

/** Opens a store that keeps so many revisions, however young they are. */
export function keeping(open: OpenStore, revisions: number): Promise<Store & AsyncDisposable> {
  return open({ clock: new ManualClock(), keep: { ms: 0, revisions } });
}

export const never = new AbortController().signal;

/** Matches an error of the catalogue. */
export function code(wanted: string): unknown {
  return expect.objectContaining({ code: wanted });
}
