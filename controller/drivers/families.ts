import type { Driver } from "./driver.ts";
import { SporeDriver, type SporeDriverOptions } from "./spore/spore.ts";

/** What the drivers of all families are made of. */
export interface FamilyOptions {
  readonly spore: SporeDriverOptions;
}

/** Every family SPORE speaks to, one line each. */
export function families({ spore }: FamilyOptions): readonly Driver[] {
  return [new SporeDriver(spore)];
}
