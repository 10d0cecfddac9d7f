/**
 * Why an object cannot be what it should be. `waits`: something else that is on its way can mend it (an object that is not there yet, an
 * image nobody uploaded). `stalled`: a person must change something first.
 */
export interface Problem {
  readonly remedy: "waits" | "stalled";
  /** A CamelCase word for programs. */
  readonly reason: string;
  /** A sentence for people: what, where, and how to mend it. */
  readonly message: string;
}

/** A value, or why there is none. */
export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function resolved<T>(value: T): Resolved<T> {
  return { ok: true, value };
}

/** Something else can still mend it. */
export function waits(reason: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { remedy: "waits", reason, message } };
}

/** A person must change something first. */
export function stalled(reason: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { remedy: "stalled", reason, message } };
}
