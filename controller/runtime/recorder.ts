import type { Resource } from "../api/meta.ts";

/** Something that happened to an object, for people. */
export interface Occurrence {
  readonly type: "Normal" | "Warning";
  /** A CamelCase word. */
  readonly reason: string;
  /** One sentence. The same sentence for the same thing, so that repetitions count up instead of filling the list. */
  readonly message: string;
  /** What was done, a CamelCase word; default: the reason. */
  readonly action?: string;
}

/** Writes Events. */
export interface Recorder {
  /** Never waits and never throws; the Event is written soon, repetitions are counted, and floods are cut off. */
  record(object: Resource, occurrence: Occurrence): void;
}
