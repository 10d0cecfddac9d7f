import { SporeError } from "../base/errors.ts";
import type { Driver, SightingSink } from "./driver.ts";

/** The drivers at hand, by family. */
export class Drivers {
  readonly #byFamily: ReadonlyMap<string, Driver>;

  constructor(drivers: readonly Driver[]) {
    this.#byFamily = new Map(drivers.map((driver) => [driver.family, driver]));
  }

  /** @throws SporeError `SPORE_INVALID` for a family that nobody here speaks to. */
  of(family: string): Driver {
    const driver = this.#byFamily.get(family);
    if (driver) return driver;
    const known = [...this.#byFamily.keys()].join(", ");
    throw new SporeError("SPORE_INVALID", `No driver speaks to devices of family "${family}"; there is ${known}.`);
  }

  /** Lets every driver discover until `signal` aborts. The first that cannot listen ends all. */
  async discover(sink: SightingSink, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      await Promise.all([...this.#byFamily.values()].map((driver) => driver.discover(sink, either)));
    } finally {
      ended.abort();
    }
  }
}
