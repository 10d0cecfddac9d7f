import { humanDuration } from "../../base/human-duration.ts";
import type { Io } from "../io.ts";

/** How long ago an RFC 3339 instant was, as kubectl writes ages; `<unknown>` where there is none. */
export function ageText(instant: string | undefined, io: Io): string {
  const time = Date.parse(instant ?? "");
  return Number.isNaN(time) ? "<unknown>" : humanDuration(Math.max(0, io.clock.now() - time));
}
