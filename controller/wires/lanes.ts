import type { Clock } from "../base/clock.ts";
import { Lane } from "./lane.ts";

/** Lanes are made again when they are needed; only busy ones, and those of devices that do not answer, hold anything. */
const lanesMax = 20_000;

/** The lanes of all devices of a family: by name where the device is known, else by where it is. */
export class Lanes {
  readonly #clock: Clock;
  readonly #byName = new Map<string, Lane>();
  readonly #byEndpoint = new Map<string, Lane>();
  readonly #nameOf = new WeakMap<Lane, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The lane of a device. Who asks with a name and who asks without one share it, and it follows a device that changed its address.
   *
   * @param endpoint such as `192.168.1.20:80`.
   */
  of(endpoint: string, name?: string): Lane {
    const here = this.#byEndpoint.get(endpoint);
    if (name === undefined) {
      const lane = here ?? new Lane(this.#clock);
      touch(this.#byEndpoint, endpoint, lane);
      return lane;
    }
    const free = here && (this.#nameOf.get(here) ?? name) === name ? here : new Lane(this.#clock);
    const lane = this.#byName.get(name) ?? free;
    this.#nameOf.set(lane, name);
    touch(this.#byEndpoint, endpoint, lane);
    touch(this.#byName, name, lane);
    return lane;
  }

  /** A device was heard: what kept it from being asked is over. */
  heard(name: string): void {
    this.#byName.get(name)?.answered(true);
  }
}

/** Puts `lane` last, and drops the first that can be spared where there are too many. */
function touch(lanes: Map<string, Lane>, key: string, lane: Lane): void {
  lanes.delete(key);
  lanes.set(key, lane);
  if (lanes.size <= lanesMax) return;
  for (const [oldest, candidate] of lanes) {
    if (!candidate.idle) continue;
    lanes.delete(oldest);
    return;
  }
}
