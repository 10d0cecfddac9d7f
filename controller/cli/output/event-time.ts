import type { Event } from "../../api/core-kinds.ts";

/** When an event happened last, as its text sorts; who writes events fills one of three fields. */
export function eventTime({ lastTimestamp, eventTime, metadata }: Event): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}
