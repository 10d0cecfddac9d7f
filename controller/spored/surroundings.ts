import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { SporedConfiguration } from "../config/spored-options.ts";

/** What every part of `spored` is given. */
export interface Surroundings {
  readonly configuration: SporedConfiguration;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}
